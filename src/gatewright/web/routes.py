"""The routes of the pages: names to paths, and back."""

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
"""Routes of links -> those that give a new one."""

STATIC = "/gatewright/"
"""Where style sheet, script and image lie."""

_LAST = "{token}"
"""What stands in a path for the secret of a mail's link."""

WELL_KNOWN = "/.well-known/change-password"
"""Where a password manager asks for the form for a new password, at the root of a site."""

CHECKS = ("healthz", "readyz")
"""What is asked by whoever watches over the process, below a path of its own."""

API = {"session": "/session"} | PATHS
"""Route of the JSON API -> path below that of the API. It stays where it is when a page moves."""


_MOUNT = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[^/?#<>{}\\\x00-\x1f]+)*")


def read_mount(argument: str, value: object) -> str:
    """Return the path that the pages lie below, without a slash at its end; empty for the root.

    Args:
        argument: What it was given as.
        value: The path.

    Raises:
        ConfigurationError: If it is none: no request would ever be for a page.
    """
    path = value.rstrip("/") if isinstance(value, str) else None
    if path is None or _MOUNT.fullmatch(path) is None:
        raise ConfigurationError(
            f'{argument} must be a path such as "/accounts", with a slash before it and no variables in it; this is '
            f"{value!r:.80}."
        )
    return path


@dataclass(frozen=True, slots=True)
class Route:
    """A route that was asked for.

    Args:
        name: Its name.
        path: Its path.
        method: The method of the request, in capitals.
    """

    name: str
    path: str
    method: str = "GET"


class Routes:
    """Names to paths, and back: which requests are ours.

    Args:
        settings: Where the pages and the JSON API lie, and which pages there are.
        controller: The pages.
        has_api: Whether the pages can be had as JSON.
        has_passwords: Whether anybody has a password, which can be forgotten.

    Raises:
        ConfigurationError: If two things of ours have one path, or the method of a page cannot be called.
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
                    f"Below {STATIC} are the files beside the pages, and nothing else. Change GATEWRIGHT_{setting}."
                )
        self._page_index, self._api_index = _Index(self._pages), _Index(self._api)
        self._whole = self._page_index.paths | self._api_index.paths | self._checks.keys()
        self._stems = self._page_index.stems | self._api_index.stems

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Go through the pages that are there: name and path."""
        return iter(self._pages.items())

    def path(self, name: str, **values: str) -> str | None:
        """Return the path of a page, or None where there is none of that name."""
        template = self._pages.get(name)
        return None if template is None else template.format(**{key: quote(text) for key, text in values.items()})

    def may_know(self, path: str) -> bool:
        """Say whether a path may be one of ours, for one request or another: nearly no request of an application's is.

        It is asked of every request, before anything else is looked at.
        """
        return path in self._whole or path[: path.rfind("/") + 1] in self._stems or path.startswith(STATIC)

    def find(self, path: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the name of the page that a path belongs to, and the values in the path."""
        return self._page_index.find(path)

    def find_in_api(self, path: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the name of the route of the JSON API that a path belongs to, and the values in the path."""
        return self._api_index.find(path)

    def find_check(self, path: str) -> str | None:
        """Return which of the checks a path belongs to: ``healthz`` or ``readyz``."""
        return self._checks.get(path)

    def _check(self, name: str, path: str) -> None:
        taken = {other: f"of the page {each}" for each, other in self._pages.items() if each != name}
        taken |= dict.fromkeys(self._api.values(), "of the JSON API")
        taken |= dict.fromkeys(self._checks, "of a check of the process")
        whose = "of the files beside the pages" if path.startswith(STATIC) else taken.get(path)
        if whose is not None:
            raise ConfigurationError(
                f"The page {name} has the path {path} {whose}. Move one of them, by GATEWRIGHT_PAGE_PATHS, "
                "GATEWRIGHT_API_PATH or GATEWRIGHT_HEALTH_PATH."
            )


class _Index:
    """Finds a route by its path in one step, since every request of an application asks.

    Args:
        templates: Name -> path, of which a token may be the last part.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._names = {path: name for name, path in templates.items() if not path.endswith(_LAST)}
        self._stems = {path.removesuffix(_LAST): name for name, path in templates.items() if path.endswith(_LAST)}

    @property
    def paths(self) -> frozenset[str]:
        """The paths that hold no token."""
        return frozenset(self._names)

    @property
    def stems(self) -> frozenset[str]:
        """What the other ones begin with."""
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
