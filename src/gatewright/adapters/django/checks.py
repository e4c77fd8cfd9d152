"""System checks: mistakes in the configuration are reported by ``manage.py check`` and before the server starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hashers
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's names
from django.db import connections
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.module_loading import import_string

from gatewright.adapters.django.auths import below_script, mount_of_pages
from gatewright.adapters.django.conf import make_controller, make_providers, read_settings
from gatewright.adapters.django.own_routes import routes_of
from gatewright.adapters.django.provider import room_for_hash
from gatewright.adapters.django.visitor import BACKEND
from gatewright.errors import ConfigurationError
from gatewright.settings import Settings
from gatewright.storage.sql.sqlite.url import path_of
from gatewright.storage.sql.url import is_postgresql
from gatewright.web import SimpleAuthController
from gatewright.web.routes import Routes
from gatewright.web.shadowed import shadowed

MIDDLEWARE = "gatewright.adapters.django.middleware.GatewrightMiddleware"
_USUAL_ROOM = 128
_FIRST = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)


def check_middleware(**_: Any) -> Iterator[CheckMessage]:
    """Check for the middleware, and for what must precede it."""
    installed = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in installed:
        yield Error(
            "The middleware is missing: no page would be served, and no visitor recognised.",
            hint=f"Add '{MIDDLEWARE}' to MIDDLEWARE, below Django's AuthenticationMiddleware.",
            id="gatewright.E001",
        )
        return
    below = installed[installed.index(MIDDLEWARE) :]
    for each in _FIRST:
        if each in below:
            yield Error(
                f"GatewrightMiddleware is above {each.rpartition('.')[2]}, which would replace the visitor.",
                hint="Move it below Django's AuthenticationMiddleware.",
                id="gatewright.E002",
            )


def check_urls(**_: Any) -> Iterator[CheckMessage]:
    """Check for the names of the pages."""
    try:
        reverse("gatewright:static", args=["x"])
    except NoReverseMatch:
        yield Error(
            "The pages have no names.",
            hint="Add path('', include('gatewright.adapters.django.urls')) to the urlpatterns of ROOT_URLCONF.",
            id="gatewright.E003",
        )
        return
    except ConfigurationError:
        return  # reported by check_settings
    try:
        mount_of_pages()
    except ConfigurationError as error:
        yield Error("The pages have no addresses.", hint=str(error), id="gatewright.E007")
        return
    if not _is_route(str(settings.LOGIN_URL)):
        yield Warning(
            f"LOGIN_URL is {settings.LOGIN_URL!r}, where there is no page; Django's login_required redirects there.",
            hint=f"Set LOGIN_URL = {_path_of_login()!r}.",
            id="gatewright.W004",
        )


def check_shadowed(**_: Any) -> Iterator[CheckMessage]:
    """Check for views of the project that no request reaches because one of gatewright's pages has their path."""
    try:
        ours, pages = _settings_and_pages()
        mount = mount_of_pages()
    except (NoReverseMatch, ConfigurationError):
        return  # reported by the other checks
    for each in shadowed(pages, routes_of(), settings=ours, mount=mount):
        yield Warning(each.problem, hint=each.cure, id="gatewright.W007")


def check_settings(**_: Any) -> Iterator[CheckMessage]:
    """Check the settings, the pages and the providers."""
    try:
        ours = _settings_and_pages()[0]
        make_providers()
    except ConfigurationError as error:
        yield Error(str(error), hint="Correct GATEWRIGHT in settings.py, or the environment.", id="gatewright.E004")
        return
    taken = {ours.session_cookie, ours.remember_cookie_name} & {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    if taken:
        yield Error(
            f"{', '.join(sorted(taken))} is one of Django's own cookies: the two would overwrite each other.",
            hint="Give gatewright's another name: GATEWRIGHT['session_cookie'] and GATEWRIGHT['remember_me_cookie'].",
            id="gatewright.E006",
        )
    shared = _shared_file(ours)
    if shared is not None:
        yield Warning(
            f"Django and gatewright share {shared}: what gatewright writes during a transaction of Django's, such as "
            "a sign-in with ATOMIC_REQUESTS, waits for that transaction to end, and fails.",
            hint="Give gatewright a file of its own: GATEWRIGHT['database_url'] = 'sqlite:///gatewright.db'.",
            id="gatewright.W008",
        )
    if not settings.DEBUG and not ours.is_production:
        yield Warning(
            "DEBUG is off, but gatewright runs in development: unsafe settings would not be refused.",
            hint="Set GATEWRIGHT['env'] = 'production', or GATEWRIGHT_ENV=production.",
            id="gatewright.W003",
        )
    if not settings.DEBUG and ours.public_url is None:
        yield Warning(
            "public_url is not set: the links in emails begin with it.",
            hint="Set GATEWRIGHT['public_url'] = 'https://example.com', or GATEWRIGHT_PUBLIC_URL.",
            id="gatewright.W005",
        )


def check_backends(**_: Any) -> Iterator[CheckMessage]:
    """Check for ways to sign in that bypass the limits."""
    if not apps.is_installed("django.contrib.auth"):
        yield Error(
            "django.contrib.auth is not installed: its AnonymousUser represents a guest.",
            hint="Add 'django.contrib.auth' and 'django.contrib.contenttypes' to INSTALLED_APPS.",
            id="gatewright.E005",
        )
        return
    backends = list(settings.AUTHENTICATION_BACKENDS)
    if BACKEND not in backends:
        yield Warning(
            "The backend is missing: sign-ins to Django's admin bypass limits, hooks and the audit record.",
            hint=f"Set AUTHENTICATION_BACKENDS = ['{BACKEND}'].",
            id="gatewright.W001",
        )
        return
    around = [each for each in backends if each != BACKEND and _takes_passwords(each)]
    if around:
        yield Warning(
            f"{', '.join(around)} accepts the same passwords without limits, hooks and the audit record.",
            hint="Remove it from AUTHENTICATION_BACKENDS: GatewrightBackend does all that ModelBackend does.",
            id="gatewright.W002",
        )
    room, hasher = room_for_hash(get_user_model()), get_hashers()[0]
    if room is not None and room < _USUAL_ROOM and len(hasher.encode("", hasher.salt())) > room:
        yield Warning(
            f"The user model's password field has room for {room} characters, but a hash of {hasher.algorithm} is "
            "longer: hashes are not renewed, and some databases truncate new ones.",
            hint=f"Give it max_length={_USUAL_ROOM}, as Django's own has.",
            id="gatewright.W006",
        )


CHECKS: Sequence[Callable[..., Iterator[CheckMessage]]] = (
    check_middleware,
    check_urls,
    check_shadowed,
    check_settings,
    check_backends,
)


def _settings_and_pages() -> tuple[Settings, Routes]:
    (ours, _), controller = read_settings(), make_controller()
    has_passwords = ours.methods is None or "password" in ours.methods
    is_simple = isinstance(controller, SimpleAuthController)
    return ours, Routes(ours, controller, has_api=is_simple, has_passwords=has_passwords)


def _shared_file(ours: Settings) -> str | None:
    """Return the SQLite file that is both one of the project's databases and gatewright's, or None."""
    own = None
    with suppress(ConfigurationError):  # reported when the server starts
        own = None if is_postgresql(ours.database_url) else path_of(ours.database_url)
    if own is None:
        return None
    names = (str(each.settings_dict["NAME"]) for each in connections.all() if each.vendor == "sqlite")
    return next((name for name in names if Path(name).resolve() == own.resolve()), None)


def _takes_passwords(name: str) -> bool:
    """Return whether a backend is Django's own, or signs users in the same way."""
    from django.contrib.auth.backends import ModelBackend

    try:
        backend = import_string(name)
    except ImportError:
        return False  # Django reports this itself
    return issubclass(backend, ModelBackend) and backend.authenticate is ModelBackend.authenticate


def _path_of_login() -> str:
    try:
        return reverse("gatewright:login")
    except NoReverseMatch:  # switched off
        return "the path of your own login page"


def _is_route(name_or_path: str) -> bool:
    if "://" in name_or_path:
        return True
    try:
        resolve(unquote(below_script(name_or_path if name_or_path.startswith("/") else reverse(name_or_path))))
    except (Resolver404, NoReverseMatch):
        return False
    return True
