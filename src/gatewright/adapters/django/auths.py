"""The auth of this process, in either build, each made when first asked for."""

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
from gatewright.adapters.django.hearing import listen_to
from gatewright.auth import AsyncAuth, Auth
from gatewright.errors import ConfigurationError
from gatewright.methods import Method
from gatewright.settings import Settings
from gatewright.web import Site
from gatewright.web.raw_path import quoted
from gatewright.web.routes import STATIC

_LOCK = RLock()


def get_auth() -> Auth:
    """Return the project's auth. Its hooks and voters hold for both builds; add them in ``AppConfig.ready``.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; says which and how to cure it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    with _LOCK:
        return _auth()


def get_async_auth() -> AsyncAuth:
    """Return the project's auth for ``async def`` views under ASGI.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; says which and how to cure it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    with _LOCK:
        return _async_auth()


def prepare() -> None:
    """Make the auth and the pages, so that no server starts with what cannot work.

    Raises:
        ConfigurationError: If a setting or the controller is unsafe or cannot work; says which and how to cure it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    with _LOCK:
        _site()


def get_site() -> Site:
    """Return the pages under WSGI, as they lie in the language of the request."""
    with _LOCK:
        return _site_in(_language())


def get_async_site() -> Site:
    """Return the pages under ASGI, as they lie in the language of the request."""
    with _LOCK:
        return _async_site_in(_language())


def mount_of_pages() -> str:
    """Return the path that the pages lie below, relative to the project's root, decoded as that of a request is.

    Raises:
        NoReverseMatch: If the project has not included our urls.
        ConfigurationError: If it has done so without a slash at the end, so that no page has an address of its own.
    """
    path = below_script(reverse("gatewright:static", args=["x"]))
    if not path.endswith(f"{STATIC}x"):
        raise ConfigurationError(
            "The path that the pages are included at must end with a slash: "
            "path('accounts/', include('gatewright.adapters.django.urls'))."
        )
    return unquote(path.removesuffix(f"{STATIC}x"))


def below_script(path: str) -> str:
    """Return a path that ``reverse`` gave, relative to the project's root and percent-encoded as it is."""
    return path.removeprefix(quoted(get_script_prefix()).rstrip("/"))


def forget() -> None:
    """Drop what has been made, so that it is made again: a test has changed the settings."""
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
    listen_to(auth)
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
    site = copy(get_site())  # a second one would add the controller's middleware a second time
    site.auth, site.is_blocking = get_async_auth(), False
    site.parts = site.auth.parts
    site.find_provider()
    return site


def _language() -> str | None:
    """Return the language that the path of the pages follows; None where a project has one path for all of them."""
    has_paths, _ = is_language_prefix_patterns_used(settings.ROOT_URLCONF)
    return get_language() if has_paths else None


@lru_cache(maxsize=128)
def _site_in(language: str | None) -> Site:
    return _moved(_site())


@lru_cache(maxsize=128)
def _async_site_in(language: str | None) -> Site:
    return _moved(_async_site())


def _moved(site: Site) -> Site:
    """Return the pages where the project's urls put them: below ``i18n_patterns`` each language has a path of its own.

    Raises:
        NoReverseMatch: If the project has not included our urls.
    """
    moved = copy(site)
    moved.mount = mount_of_pages()
    return moved


def _path_of(name: str) -> str | None:
    """Return the path of a route of the project, below where the project itself is mounted."""
    try:
        return below_script(reverse(name))
    except NoReverseMatch:
        return None
