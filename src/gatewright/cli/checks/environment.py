"""Checks of the environment: the libraries, the ``.env`` file and the names of the variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from pydantic_settings import BaseSettings

from gatewright.cli.checks.finding import Finding, Status
from gatewright.environment_settings import ENV_FILE, PREFIX, misspelt_variables, names_in_env_file, variables
from gatewright.methods import built_in_methods
from gatewright.settings import Settings
from gatewright.storage.sql.sqlite.file import SQLITE_VERSION

_SECRETS = {"GATEWRIGHT_JWT_SECRET", "GATEWRIGHT_JWT_SECRET_PREVIOUS", "GATEWRIGHT_MAIL_URL"}
_KINDS: list[type[BaseSettings]] = [
    Settings,
    *(each.settings_class for each in built_in_methods() if each.settings_class is not None),
]
_FIELDS = {name for kind in _KINDS for name in kind.model_fields}
_SQLITE_WITH_RETURNING = (3, 35, 0)


def check_sqlite(version: tuple[int, ...] = SQLITE_VERSION) -> Finding:
    """Check that SQLite is new enough for our statements."""
    found = f"SQLite {'.'.join(map(str, version))}."
    if version < _SQLITE_WITH_RETURNING:
        return Finding("sqlite", Status.UNSAFE, found, "Use a Python built with SQLite 3.35 or newer.")
    return Finding("sqlite", Status.OK, found)


def check_env_file() -> Finding:
    """Check who may read ``.env``."""
    if not ENV_FILE.is_file():
        return Finding("env file", Status.OK, "There is no .env here.")
    if not _is_open_to_everybody(ENV_FILE):
        return Finding("env file", Status.OK, "Others may not read .env.")
    status = Status.UNSAFE if _SECRETS & set(map(str.upper, names_in_env_file())) else Status.WARNING
    return Finding("env file", status, "Others may read or change .env.", "chmod 600 .env")


def check_names() -> Iterator[Finding]:
    """Look for misspelt settings, which silently have no effect."""
    misspelt = [Finding("names", Status.UNSAFE, each.problem, each.cure) for each in misspelt_variables(_FIELDS)]
    yield from [*misspelt, *_lookalikes()] or [Finding("names", Status.OK, "Every GATEWRIGHT_ variable is a setting.")]


def _is_open_to_everybody(path: Path) -> bool:
    """Return whether users outside the file's group may read or change it; the group is often meant to."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o007)


def _lookalikes() -> Iterator[Finding]:
    """Yield a finding for each variable that is named like a setting but lacks the prefix."""
    settings = [f"{PREFIX}{field.upper()}" for field in _FIELDS]
    for name, place in variables():
        meant = [] if name.upper().startswith(PREFIX) else get_close_matches(name.upper(), settings, n=1, cutoff=0.85)
        if meant:
            finding = f"{name} in {place} looks like a setting but is not one."
            yield Finding("names", Status.WARNING, finding, f"Did you mean {meant[0]}?")
