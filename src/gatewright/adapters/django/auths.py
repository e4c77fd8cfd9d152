"""The auth of this process, in both builds, each created on first use."""

from __future__ import annotations

from copy import copy
from functools import cache, lru_cache
from threading import RLock
from urllib.parse import unquote

from django.conf import settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import get_language

from gatewright.adapters.django.async_auth import make_async_auth
from gatewright.adapters.django.conf import make_controller, make_providers, read_settings
from gatewright.adapters.django.page_events import subscribe
from gatewright.auth import AsyncAuth, Auth
from gatewright.errors import ConfigurationError
from gatewright.methods import Method
from gatewright.settings import Settings
from gatewright.web import Site
from gatewright.web.raw_path import quoted
from gatewright.web.routes import STATIC

_LOCK = RLock()


def get_auth() -> Auth:
    """Return the project's auth. Its hooks and voters apply to both builds; add them in ``AppConfig.ready``.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; the message says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    with _LOCK:
        return _auth()


def get_async_auth() -> AsyncAuth:
    """Return the project's auth for ``async def`` views under ASGI.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; the message says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    with _LOCK:
        return _async_auth()


def prepare() -> None:
    """Create the auth and the pages, so that no server starts with a configuration that cannot work.

    Raises:
        ConfigurationError: If a setting or the controller is unsafe or cannot work; says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    with _LOCK:
        _site()


def get_site() -> Site:
    """Return the pages under WSGI, mounted for the language of the request."""
    with _LOCK:
        return _site_in(_language())


def get_async_site() -> Site:
    """Return the pages under ASGI, mounted for the language of the request."""
    with _LOCK:
        return _async_site_in(_language())


def mount_of_pages() -> str:
    """Return the path under which the pages are mounted, relative to the project's root, decoded like a request's path.

    Raises:
        NoReverseMatch: If the project has not included gatewright's urls.
        ConfigurationError: If it has included them without a trailing slash, so that no page has its own URL.
    """
    path = below_script(reverse("gatewright:static", args=["x"]))
    if not path.endswith(f"{STATIC}x"):
        raise ConfigurationError(
            "The path at which the pages are included must end with a slash: "
            "path('accounts/', include('gatewright.adapters.django.urls'))."
        )
    return unquote(path.removesuffix(f"{STATIC}x"))


def below_script(path: str) -> str:
    """Return a path that ``reverse`` returned, relative to the project's root, with its percent-encoding unchanged."""
    return path.removeprefix(quoted(get_script_prefix()).rstrip("/"))


def forget() -> None:
    """Drop what has been created, so that it is created again: a test has changed the settings."""
    with _LOCK:
        for auth in (_async_auth, _auth):
            if auth.cache_info().currsize:
                auth().close()
        for made in (_async_site_in, _site_in, _async_site, _site, _async_auth, _auth, _settings):
            made.cache_clear()


@cache
def _settings() -> tuple[Settings, list[Method]]:
    return read_settings()


@cache
def _auth() -> Auth:
    settings, methods = _settings()
    auth = Auth(settings=settings, providers=make_providers(), methods=methods)
    subscribe(auth)
    return auth


@cache
def _async_auth() -> AsyncAuth:
    _, methods = _settings()
    return make_async_auth(get_auth(), make_providers(), methods)


@cache
def _site() -> Site:
    return Site(get_auth(), make_controller(), resolve=_path_of)


@cache
def _async_site() -> Site:
    site = copy(get_site())  # building another would add the controller's middleware a second time
    site.auth, site.is_blocking = get_async_auth(), False
    site.parts = site.auth.parts
    site.find_provider()
    return site


def _language() -> str | None:
    """Return the language that the path of the pages depends on; None if the project has one path for all languages."""
    has_paths, _ = is_language_prefix_patterns_used(settings.ROOT_URLCONF)
    return get_language() if has_paths else None


@lru_cache(maxsize=128)
def _site_in(language: str | None) -> Site:
    return _moved(_site())


@lru_cache(maxsize=128)
def _async_site_in(language: str | None) -> Site:
    return _moved(_async_site())


def _moved(site: Site) -> Site:
    """Return the pages where the project's urls mount them: under ``i18n_patterns`` each language has its own path.

    Raises:
        NoReverseMatch: If the project has not included gatewright's urls.
    """
    moved = copy(site)
    moved.mount = mount_of_pages()
    return moved


def _path_of(name: str) -> str | None:
    """Return the path of a route of the project, relative to where the project itself is mounted."""
    try:
        return below_script(reverse(name))
    except NoReverseMatch:
        return None
