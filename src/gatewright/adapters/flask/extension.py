"""`FlaskAuth`: the extension that serves the pages ahead of an application."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import flask
from werkzeug.exceptions import SecurityError
from werkzeug.routing import BuildError

from gatewright.adapters.flask.commands import configured_values, gatewright_command
from gatewright.adapters.flask.translate import (
    Answer,
    FlaskRequest,
    path_of,
    root_of,
    to_flask,
    to_refusal,
    with_body,
)
from gatewright.adapters.flask.visitor import (
    EXTENSION,
    Installation,
    current_guard,
    current_site,
    current_user,
    current_visit,
    forget_visit,
    installation,
    keep_visit,
    opened_visit,
)
from gatewright.auth import AsyncAuth, Auth
from gatewright.auth.configured import read_configured, require_known
from gatewright.drive import run_to_completion
from gatewright.environment_settings import PREFIX
from gatewright.errors import (
    ConfigurationError,
    GatewrightError,
    SecondFactorRequiredError,
    StoreUnavailableError,
    TransportError,
)
from gatewright.logs import end_request
from gatewright.settings import Settings
from gatewright.web import AuthController, Site
from gatewright.web.access import failure, headers_beside
from gatewright.web.debug import refuse_debug
from gatewright.web.raw_path import quoted
from gatewright.web.request import Request
from gatewright.web.request_ids import begin
from gatewright.web.routes import STATIC, read_mount
from gatewright.web.shadowed import warn_of_shadowed
from gatewright.web.unguarded import warn_of_unguarded

_logger = logging.getLogger("gatewright")


class FlaskAuth:
    """Sign-in for one or more Flask applications.

    Without an ``auth``, each application gets its own, configured by the environment and by the ``GATEWRIGHT_`` keys of
    its ``config``, which take precedence.

    Args:
        app: The application, unless `init_app` is called later.
        auth: Users, sessions and rights.
        controller: The pages; the ready-made ones by default.
        url_prefix: The path under which the pages are mounted, such as ``/accounts``.

    Raises:
        ConfigurationError: If a setting or ``url_prefix`` cannot work; the message says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """

    def __init__(
        self,
        app: flask.Flask | None = None,
        auth: Auth | None = None,
        controller: AuthController | None = None,
        *,
        url_prefix: str = "",
    ) -> None:
        if isinstance(auth, AsyncAuth):
            raise ConfigurationError(f"Flask blocks, but {type(auth).__name__} does not. Use Auth or EvrmoreAuth.")
        if auth is not None and not isinstance(auth, Auth):
            raise ConfigurationError(f"{type(auth).__name__} is not an Auth. Write FlaskAuth(app, auth).")
        self._auth = auth
        self._controller = controller
        self._prefix = read_mount("url_prefix", url_prefix)
        if app is not None:
            self.init_app(app)

    @property
    def auth(self) -> Auth:
        """The auth that was passed in, or else that of the current application."""
        return self._auth or installation().auth

    def init_app(self, app: flask.Flask) -> None:
        """Serve the pages ahead of an application.

        Raises:
            ConfigurationError: If a setting cannot work; the message says which and how to fix it.
            StoreUnavailableError: If the database cannot be opened or migrated.
        """
        if not isinstance(app, flask.Flask):
            raise ConfigurationError(f"{type(app).__name__} is not a Flask application. Write FlaskAuth(app, auth).")
        if EXTENSION in app.extensions:
            raise ConfigurationError(
                "This application already has a FlaskAuth. Write once FlaskAuth(app), or FlaskAuth() and init_app(app)."
            )
        auth = self._auth_for(app)
        _refuse_debug(app, auth.settings)
        _check_cookies(app, auth.settings)
        site = Site(auth, self._controller, mount=self._prefix, resolve=_path_of)
        app.extensions[EXTENSION] = Installation(auth, site, self._prefix)
        app.register_blueprint(_names_of(site, self._prefix))
        _leave_our_forms_alone(app)
        app.before_request(_answer_page)
        app.teardown_request(_end)
        app.after_request(_finish)
        app.register_error_handler(StoreUnavailableError, _answer_failure)
        app.register_error_handler(SecondFactorRequiredError, _answer_failure)
        app.context_processor(_context)
        app.cli.add_command(gatewright_command)

    def _auth_for(self, app: flask.Flask) -> Auth:
        values = configured_values(app)
        require_known("app.config", values, prefix=PREFIX)
        if self._auth is None:
            settings, methods = read_configured(values)
            return Auth(settings=settings, methods=methods)
        if values:
            raise ConfigurationError(
                "app.config has settings of gatewright, but FlaskAuth was given an auth that exists already. "
                "Omit the auth, or create it with these settings."
            )
        return self._auth


def _refuse_debug(app: flask.Flask, settings: Settings) -> None:
    refuse_debug(settings, is_debug=app.debug, cure="Remove debug=True, --debug and FLASK_DEBUG.")


def _check_cookies(app: flask.Flask, settings: Settings) -> None:
    name = app.config["SESSION_COOKIE_NAME"]
    if name in (settings.session_cookie, settings.remember_cookie_name):
        raise ConfigurationError(
            f"{name} is also the cookie of Flask's own session, and the two would overwrite each other. Change one of "
            "SESSION_COOKIE_NAME, GATEWRIGHT_SESSION_COOKIE and GATEWRIGHT_REMEMBER_ME_COOKIE."
        )


def _leave_our_forms_alone(app: flask.Flask) -> None:
    """Exempt the pages from a Flask-WTF `CSRFProtect` that was set up before gatewright; a later one runs after it.

    If a route of the application matches any path, it would look for its own token in gatewright's forms, which carry
    gatewright's. Anything else that runs before a view stays in place: it may refuse a visitor on any path.
    """
    functions = app.before_request_funcs.setdefault(None, [])
    for number, function in enumerate(functions):
        if str(function.__module__).startswith("flask_wtf."):
            functions[number] = partial(_unless_ours, function)


def _unless_ours(protect: Callable[[], Any]) -> Any:
    return None if _page_asked_for() else protect()


def _names_of(site: Site, prefix: str) -> flask.Blueprint:
    """Return names for ``url_for``, such as ``gatewright.login``; the pages are served before any routing."""
    names = flask.Blueprint("gatewright", __name__, url_prefix=prefix or None)
    for name, path in site.routes:
        names.add_url_rule(path.replace("{token}", "<token>"), name, methods=["GET", "POST"], build_only=True)
    names.add_url_rule(f"{STATIC}<filename>", "static", build_only=True)
    return names


def _own_routes() -> Iterator[tuple[str, str]]:
    """Yield path and view of every route of the application, with a sample value for each variable."""
    for rule in flask.current_app.url_map.iter_rules():
        if not rule.build_only:
            view = flask.current_app.view_functions.get(rule.endpoint)
            yield re.sub(r"<[^>]*>", "x", rule.rule), f"{getattr(view, '__module__', '?')}.{rule.endpoint}"


def _own_views() -> Iterator[tuple[str, object]]:
    """Yield path and view of every route of the application."""
    for rule in flask.current_app.url_map.iter_rules():
        yield rule.rule, flask.current_app.view_functions.get(rule.endpoint)


def _path_of(name: str) -> str | None:
    """Return the path of a route in the application, which may itself be mounted; unknown outside a request."""
    if not flask.has_request_context():
        return None
    try:
        return flask.url_for(name).removeprefix(quoted(root_of(flask.request.environ)))
    except BuildError:
        return None


def _page_asked_for() -> tuple[Site, Request] | None:
    """Return the pages and a request for one of them, or None if it is the application's."""
    environ, installed = flask.request.environ, installation()
    if not installed.site.routes.may_know(path_of(environ).removeprefix(installed.prefix)):
        return None
    if isinstance(flask.request.routing_exception, SecurityError):
        return None  # a host that is not in TRUSTED_HOSTS
    site, head = installed.site.below(root_of(environ)), FlaskRequest(environ, installed.prefix)
    return (site, head) if head.mount == site.mount and site.serves(head) else None


def _answer_page() -> flask.Response | None:
    """Serve a request for one of the pages; leave any other to the application."""
    installed = installation()
    asking: flask.Request = flask.request._get_current_object()  # type: ignore[attr-defined] # of its proxy
    begin(installed.site, partial(FlaskRequest, asking.environ, installed.prefix))
    try:
        _refuse_debug(flask.current_app, installed.auth.settings)  # `app.run` may have switched it on
    except ConfigurationError as error:
        _logger.critical("%s", error)
        flask.abort(500)  # raised as is, the debugger would show it
    if not installed.is_checked:  # only now are all routes known; from now on Flask accepts no others
        installed.is_checked = True
        warn_of_shadowed(installed.site, _own_routes())
        warn_of_unguarded(_own_views())
    asked = _page_asked_for()
    if asked is None:
        return None
    site, head = asked
    try:
        request = with_body(head, flask.request)
    except TransportError as error:
        return to_refusal(site.refuse(head, error.status), flask.request)
    visit = site.open(request)
    keep_visit(visit)
    return to_flask(run_to_completion(site.answer(visit)), is_complete=True)


def _finish(response: flask.Response) -> flask.Response:
    """Add what the visit needs to an application's response, if the application has accessed its visitor."""
    if isinstance(response, Answer) and response.is_complete:
        return response
    if response.status_code == 404:
        response = _detour() or response
    visit = opened_visit()
    if visit is None or not visit.is_looked_at:
        return response
    try:
        own = response.headers
        beside = headers_beside(visit, vary=own.getlist("Vary"), has_cache_control="Cache-Control" in own)
        added = run_to_completion(beside)
    except GatewrightError:  # the visitor is unknown; where that matters, the answer already says so
        added = visit.cookies()
    for name, value in added:
        response.headers.add(name, value)
    return response


def _end(_: BaseException | None) -> None:
    forget_visit()
    end_request()


def _answer_failure(error: StoreUnavailableError | SecondFactorRequiredError) -> flask.Response:
    """Respond if a view needed what the database cannot provide now, such as the visitor's roles; or if it signed in a
    visitor who must still give a second factor.
    """
    return to_flask(run_to_completion(failure(current_visit(), error)))


def _detour() -> flask.Response | None:
    """Return the redirect from a URL that the application does not know."""
    environ, installed = flask.request.environ, installation()
    led = installed.site.below(root_of(environ)).detour(FlaskRequest(environ, installed.prefix))
    return None if led is None else to_flask(led)


def _context() -> dict[str, Any]:
    """Return what every template can use."""
    return {
        "current_user": current_user,
        "current_guard": current_guard,
        "gatewright_csrf_token": lambda: current_visit().csrf_token(),
        "gatewright_path": lambda name, **values: current_site().path(name, **values),
        "gatewright_static": lambda name: current_site().mount + STATIC + name,
    }
