"""Which file a database URL names."""

from __future__ import annotations

import re
from pathlib import Path

from gatewright.errors import ConfigurationError

_PLAIN_URL = re.compile(r"sqlite:///([^?]*)")
"""The usual kind of URL. SQLAlchemy, which parses the others, takes a third of a second to import."""


def path_of(url: str) -> Path | None:
    """Return the file that a URL names, or None for a database in memory.

    Raises:
        ConfigurationError: If it names no SQLite database, one with options, or one in a folder that does not exist.
    """
    plain = _PLAIN_URL.fullmatch(url) if isinstance(url, str) else None
    name = _database_of(url) if plain is None else plain[1]
    if name in (None, "", ":memory:"):
        return None
    path = Path(str(name)).absolute()
    problem = _problem_of(path)
    if problem is not None:
        raise ConfigurationError(f"The database {str(path)!r:.200} cannot be used: {problem}")
    return path


def _database_of(url: str) -> str | None:
    """Return the database that a URL names, as SQLAlchemy parses it."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "The database URL cannot be read. It must look like sqlite:///gatewright.db (GATEWRIGHT_DATABASE_URL)."
        ) from None
    if parsed.host or parsed.username or parsed.port:
        # Treated as a database in memory, it would be lost with every process.
        raise ConfigurationError(
            "The database URL names a host, which SQLite does not have. A relative path needs three slashes, "
            "sqlite:///gatewright.db, and an absolute path four, sqlite:////var/lib/gatewright/gatewright.db "
            "(GATEWRIGHT_DATABASE_URL)."
        )
    if parsed.query:
        raise ConfigurationError(
            f"The database URL has options that a SQLite file does not take: {', '.join(parsed.query):.100}. Remove "
            "what follows the ? (GATEWRIGHT_DATABASE_URL)."
        )
    return parsed.database


def _problem_of(path: Path) -> str | None:
    """Return why a path cannot be a database's, and how to fix it; None if it can."""
    try:
        if "\0" in str(path) or path.is_dir():
            return "it must name a file."
        if not path.parent.is_dir():
            return f"its folder does not exist. Create it with: mkdir -p {str(path.parent)!r:.200}"
    except OSError as error:
        return f"{error.strerror}."
    return None
