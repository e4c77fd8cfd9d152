"""Recognises the kind of database that a URL names."""

from __future__ import annotations

from gatewright.errors import ConfigurationError

_POSTGRESQL = ("postgresql+psycopg", "postgresql", "postgres")


def is_postgresql(url: str) -> bool:
    """Return whether a URL names a PostgreSQL database rather than a SQLite file.

    Raises:
        ConfigurationError: If it names neither.
    """
    scheme, colon, _ = url.partition("://") if isinstance(url, str) else ("", "", "")
    if scheme == "sqlite" or scheme.startswith("sqlite+"):
        return False
    if scheme in _POSTGRESQL:
        return True
    shown = f"The database {scheme:.40}:// is not supported" if scheme and colon else "The database URL cannot be read"
    raise ConfigurationError(
        f"{shown}. Set GATEWRIGHT_DATABASE_URL to sqlite:///gatewright.db, or to "
        "postgresql+psycopg://user:password@host/database"
    )


def conninfo_of(url: str) -> str:
    """Return libpq's connection string for the URL of a PostgreSQL database."""
    return f"postgresql://{url.partition('://')[2]}"
