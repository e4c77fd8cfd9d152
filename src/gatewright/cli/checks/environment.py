"""Checks of what surrounds the settings: the libraries, the ``.env`` file, the names of the variables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic_settings import BaseSettings

from gatewright.cli.checks.finding import Finding, Status
from gatewright.methods import built_in_methods
from gatewright.settings import Settings
from gatewright.storage.sql.sqlite.file import SQLITE_VERSION

_PREFIX = "GATEWRIGHT_"
_SECRETS = {"GATEWRIGHT_JWT_SECRET", "GATEWRIGHT_JWT_SECRET_PREVIOUS", "GATEWRIGHT_MAIL_URL"}
_KINDS: list[type[BaseSettings]] = [
    Settings,
    *(each.settings_class for each in built_in_methods() if each.settings_class is not None),
]
_FIELDS = [name.upper() for kind in _KINDS for name in kind.model_fields]
_SQLITE_WITH_RETURNING = (3, 35, 0)
_ENV_FILE = Path(".env")


def check_sqlite(version: tuple[int, ...] = SQLITE_VERSION) -> Finding:
    """Check that SQLite is new enough for our statements."""
    found = f"SQLite {'.'.join(map(str, version))}."
    if version < _SQLITE_WITH_RETURNING:
        return Finding("sqlite", Status.UNSAFE, found, "Use a Python that is built with SQLite 3.35 or newer.")
    return Finding("sqlite", Status.OK, found)


def check_env_file() -> Finding:
    """Check who may read ``.env``."""
    if not _ENV_FILE.is_file():
        return Finding("env file", Status.OK, "There is no .env here.")
    if not _is_open_to_everybody(_ENV_FILE):
        return Finding("env file", Status.OK, "Others may not read .env.")
    status = Status.UNSAFE if _SECRETS & set(map(str.upper, _names_in_env_file())) else Status.WARNING
    return Finding("env file", status, "Others may read or change .env.", "chmod 600 .env")


def check_names() -> Iterator[Finding]:
    """Look for variables that were meant to be settings and are not: a misspelt one has no effect, silently."""
    unknown = [*_unknown(os.environ, "the environment"), *_unknown(_names_in_env_file(), ".env")]
    yield from unknown or [Finding("names", Status.OK, "Every GATEWRIGHT_ variable is a setting.")]


def _is_open_to_everybody(path: Path) -> bool:
    """Say whether users outside the file's group may read or change it; the group is often meant to."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o007)


def _unknown(names: Iterable[str], place: str) -> Iterator[Finding]:
    for name in names:
        if name.upper().removeprefix(_PREFIX) in _FIELDS and name.upper().startswith(_PREFIX):
            continue
        intended = _intended(name.upper())
        if name.upper().startswith(_PREFIX):
            cure = f"Did you mean {intended}?" if intended else "Remove it."
            yield Finding("names", Status.UNSAFE, f"{name} in {place} is no setting and changes nothing.", cure)
        elif intended:
            finding = f"{name} in {place} looks like a setting and is none."
            yield Finding("names", Status.WARNING, finding, f"Did you mean {intended}?")


def _intended(name: str) -> str | None:
    if name.startswith(_PREFIX):
        fields = get_close_matches(name.removeprefix(_PREFIX), _FIELDS, n=1)
        return f"{_PREFIX}{fields[0]}" if fields else None
    names = get_close_matches(name, [f"{_PREFIX}{field}" for field in _FIELDS], n=1, cutoff=0.85)
    return names[0] if names else None


def _names_in_env_file() -> list[str]:
    """Return the names in ``.env``. Where it cannot be read, the check of the settings says so."""
    try:
        return list(dotenv_values(_ENV_FILE, interpolate=False)) if _ENV_FILE.is_file() else []
    except (OSError, UnicodeDecodeError):
        return []
