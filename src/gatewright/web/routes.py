"""The routes of the pages: from names to paths, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from gatewright.errors import ConfigurationError
from gatewright.page_paths import PATHS
from gatewright.settings import Settings
from gatewright.web.controller import require_page

AGAIN = {
    "email_verification": "email_verification_request",
    "password_reset_form": "password_reset",
    "email_change": "account",
}
"""Routes of emailed links -> routes that send a new one."""

STATIC = "/gatewright/"
"""The path of the pages' style sheet, scripts and images."""

_LAST = "{token}"
"""The placeholder in a path for the secret of an emailed link."""

WELL_KNOWN = "/.well-known/change-password"
"""Where password managers look for the change-password form, at the root of a site."""

CHECKS = ("healthz", "readyz")
"""The health checks, under a path of their own."""

API = {"session": "/session"} | PATHS
"""Route of the JSON API -> path relative to that of the API. It does not change when a page moves."""


_MOUNT = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[^/?#<>{}\\\x00-\x1f]+)*")


def read_mount(argument: str, value: object) -> str:
    """Return the path under which the pages are mounted, without a trailing slash; empty for the root.

    Args:
        argument: The name of the argument.
        value: The path.

    Raises:
        ConfigurationError: If it is not a path: no request would ever match a page.
    """
    path = value.rstrip("/") if isinstance(value, str) else None
    if path is None or _MOUNT.fullmatch(path) is None:
        raise ConfigurationError(
            f'{argument} must be a path such as "/accounts", with a leading slash and without variables, not '
            f"{value!r:.80}."
        )
    return path


@dataclass(frozen=True, slots=True)
class Route:
    """A requested route.

    Args:
        name: Its name.
        path: Its path.
        method: The method of the request, in upper case.
    """

    name: str
    path: str
    method: str = "GET"


class Routes:
    """Maps names to paths and back, and so decides which requests are for gatewright.

    Args:
        settings: The settings, which say where the pages and the JSON API are, and which pages there are.
        controller: The pages.
        has_api: Whether the pages are also available as JSON.
        has_passwords: Whether passwords are used, which can be forgotten.

    Raises:
        ConfigurationError: If two of gatewright's routes have the same path, or a page method cannot be called.
    """

    def __init__(self, settings: Settings, controller: object, *, has_api: bool, has_passwords: bool) -> None:
        is_enabled = _enabled(settings, has_passwords=has_passwords) if has_api else {}
        names = [name for name in PATHS if hasattr(controller, name) and is_enabled.get(name, True)]
        self._pages = {name: path for name in names if (path := settings.paths[name])}
        self._api: dict[str, str] = {}
        if has_api and settings.api_path:
            self._api = {name: settings.api_path + API[name] for name in ("session", *names)}
        below = settings.health_path
        self._checks = {f"{below.rstrip('/')}/{name}": name for name in CHECKS} if below else {}
        for name, path in self._pages.items():
            self._check(name, path)
            require_page(getattr(controller, name), path)
        for setting, where in (("API_PATH", settings.api_path), ("HEALTH_PATH", below)):
            if f"{where}/".startswith(STATIC):
                raise ConfigurationError(
                    f"{STATIC} is reserved for the static files of the pages. Change GATEWRIGHT_{setting}."
                )
        self._page_index, self._api_index = _Index(self._pages), _Index(self._api)
        self._whole = self._page_index.paths | self._api_index.paths | self._checks.keys()
        self._stems = self._page_index.stems | self._api_index.stems

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Iterate over the existing pages: name and path."""
        return iter(self._pages.items())

    def path(self, name: str, **values: str) -> str | None:
        """Return the path of a page, or None if there is none of that name."""
        template = self._pages.get(name)
        return None if template is None else template.format(**{key: quote(text) for key, text in values.items()})

    def may_know(self, path: str) -> bool:
        """Return whether a path may be one of gatewright's. Hardly any path of an application is.

        It is called for every request, before anything else is checked.
        """
        return path in self._whole or path[: path.rfind("/") + 1] in self._stems or path.startswith(STATIC)

    def find(self, path: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the name of the page that a path belongs to, and the values in the path."""
        return self._page_index.find(path)

    def find_in_api(self, path: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the name of the route of the JSON API that a path belongs to, and the values in the path."""
        return self._api_index.find(path)

    def find_check(self, path: str) -> str | None:
        """Return which health check a path belongs to: ``healthz`` or ``readyz``."""
        return self._checks.get(path)

    def _check(self, name: str, path: str) -> None:
        taken = {other: f"of the page {each}" for each, other in self._pages.items() if each != name}
        taken |= dict.fromkeys(self._api.values(), "of the JSON API")
        taken |= dict.fromkeys(self._checks, "of a health check")
        whose = "of the static files of the pages" if path.startswith(STATIC) else taken.get(path)
        if whose is not None:
            raise ConfigurationError(
                f"The page {name} has the path {path} {whose}. Move one of them with GATEWRIGHT_PAGE_PATHS, "
                "GATEWRIGHT_API_PATH or GATEWRIGHT_HEALTH_PATH."
            )


class _Index:
    """Finds a route by its path with one look-up, since it is used for every request of an application.

    Args:
        templates: Name -> path, whose last part may be a token.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._names = {path: name for name, path in templates.items() if not path.endswith(_LAST)}
        self._stems = {path.removesuffix(_LAST): name for name, path in templates.items() if path.endswith(_LAST)}

    @property
    def paths(self) -> frozenset[str]:
        """The paths without a token."""
        return frozenset(self._names)

    @property
    def stems(self) -> frozenset[str]:
        """The prefixes of the paths with a token."""
        return frozenset(self._stems)

    def find(self, path: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the name of the route that a path belongs to, and the values in the path."""
        name = self._names.get(path)
        if name is not None:
            return name, {}
        stem, slash, token = path.rpartition("/")
        name = self._stems.get(stem + slash)
        return (name, {"token": unquote(token)}) if name is not None and token else None


def _enabled(settings: Settings, *, has_passwords: bool) -> dict[str, bool]:
    return {
        "login_wallet": settings.enable_wallet_login,
        "signup": settings.enable_signup,
        "email_verification": settings.enable_email_verification,
        "email_verification_request": settings.enable_email_verification,
        "password_reset": settings.enable_password_reset and has_passwords,
        "password_reset_form": settings.enable_password_reset and has_passwords,
        "account_delete": settings.enable_account_deletion,
    }
