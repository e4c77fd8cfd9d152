"""The visitor, for views and templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import flask
from werkzeug.local import LocalProxy

from gatewright.adapters.flask.translate import FlaskRequest, root_of, to_flask
from gatewright.auth import Auth, Guard, blocking_guard_of
from gatewright.drive import run_to_completion
from gatewright.errors import ConfigurationError, GatewrightError
from gatewright.model import User
from gatewright.web import Site, Visit
from gatewright.web.access import failure

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

EXTENSION = "gatewright"
_VISIT = "gatewright.visit"


@dataclass(slots=True, eq=False)
class Installation:
    """What `FlaskAuth` installs in one application, as ``app.extensions["gatewright"]``.

    Args:
        auth: The application's auth.
        site: Its pages.
        prefix: The path in the application under which the pages are mounted.
        is_checked: Whether the application's routes have been checked for any that the pages shadow.
    """

    auth: Auth
    site: Site
    prefix: str
    is_checked: bool = False


class Guest:
    """A visitor who is not signed in. Falsy, with the attributes of a `User`, but empty."""

    is_authenticated = False
    is_active = False
    is_verified = False
    id = ""
    username = ""
    email = None
    evrmore_address = None
    entity = None
    provider_name = None
    id_scope = None
    credential_digest = None
    proof = None
    created_at = None
    last_login = None
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "Guest()"


_GUEST = Guest()


def installation() -> Installation:
    """Return the current application's installation.

    Raises:
        ConfigurationError: If it has none.
    """
    found = flask.current_app.extensions.get(EXTENSION)
    if not isinstance(found, Installation):
        raise ConfigurationError("This application has no FlaskAuth yet. Write FlaskAuth(app), or init_app(app).")
    return found


def current_site() -> Site:
    """Return the pages as the current request sees them; outside a request, as if mounted at the root."""
    site = installation().site
    return site.below(root_of(flask.request.environ)) if flask.has_request_context() else site


def current_visit() -> Visit:
    """Return the visit of the current request, opened on first use."""
    environ, installed = flask.request.environ, installation()
    visit = _visit_in(environ, installed)
    if visit is None:
        visit = installed.site.below(root_of(environ)).open(FlaskRequest(environ, installed.prefix))
        environ[_VISIT] = (installed, visit)
    return visit


def opened_visit() -> Visit | None:
    """Return the visit of the current request, if it has been opened."""
    environ = flask.request.environ
    return _visit_in(environ, installation()) if _VISIT in environ else None


def keep_visit(visit: Visit) -> None:
    """Make a visit that of the current request.

    It is stored in the WSGI environment of the request, not on ``flask.g``, which several requests share if an
    application context has been pushed around them. Its owner is stored with it, since an application that passes a
    request on to another one shares the environment with it.
    """
    flask.request.environ[_VISIT] = (installation(), visit)


def forget_visit() -> None:
    """Break the reference cycle of the visit and its environment, which would live until garbage collection."""
    if opened_visit() is not None:
        del flask.request.environ[_VISIT]


def login_user(user: User, *, remember: bool = False) -> None:
    """Sign in a user whom the application has authenticated itself; for a password, use `Guard.login`.

    Args:
        user: The user that `Auth.attempt`, `Auth.bypass` or a provider returned.
        remember: Whether to remember the browser beyond this session.

    Raises:
        ConfigurationError: If it is unclear which provider the user comes from.
    """
    visit = current_visit()
    run_to_completion(visit.guard.store(user))
    run_to_completion(visit.signed_in(is_remembered=remember))


def logout_user() -> None:
    """Sign the visitor out, and forget the browser."""
    run_to_completion(current_visit().log_out())


def _visit_in(environ: WSGIEnvironment, installed: Installation) -> Visit | None:
    owner, visit = environ.get(_VISIT, (None, None))
    return visit if owner is installed else None


def _user() -> User | Guest:
    if not flask.has_request_context():
        return _GUEST  # a command, or a mail's template: there is no visitor
    visit = current_visit()
    try:
        return run_to_completion(visit.user()) or _GUEST
    except GatewrightError as error:
        flask.abort(to_flask(run_to_completion(failure(visit, error))))


def _guard() -> Guard:
    if not flask.has_request_context():
        return installation().auth.guard({})
    return blocking_guard_of(current_visit().guard)


current_user = cast(User | Guest, LocalProxy(_user))
"""The visitor: a `User`, or a `Guest`, as outside a request. Loaded on first use, once per request."""

current_guard = cast(Guard, LocalProxy(_guard))
"""The guard of the current visit."""
