"""Find the keys that sign and verify tokens: configured ones, or a random secret stored next to a SQLite file."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from gatewright.errors import ConfigurationError
from gatewright.ports import Random
from gatewright.settings import Settings
from gatewright.storage.sql.url import is_postgresql
from gatewright.tokens import KeyRing, SigningKey, key_from_pem, key_from_secret, weakness_of_key, weakness_of_secret

_logger = logging.getLogger("gatewright")


HOW_TO_MAKE_ONE = (
    'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))" and set it as GATEWRIGHT_JWT_SECRET, '
    "or name a private key in GATEWRIGHT_JWT_KEY_FILE."
)
"""The remedy if there is no persistent key that every process shares."""


def find_signing_keys(settings: Settings, *, database: Path | None, random: Random) -> KeyRing:
    """Return the keys for tokens.

    Args:
        settings: Which keys are configured.
        database: The SQLite file next to which a development secret is stored; None for an in-memory database.
        random: Where a development secret comes from.

    Raises:
        ConfigurationError: If a key is unreadable, is public but must sign, or can be read by others; in production, if
            the secret is missing or weak; on PostgreSQL, if there is none.
    """
    current = _current_key(settings, database=database, random=random)
    if not current.can_sign:
        raise ConfigurationError("GATEWRIGHT_JWT_KEY_FILE names a public key, which only verifies. Name a private one.")
    return KeyRing(current=current, previous=_previous_key(settings))


def is_key_shared(settings: Settings, *, database: Path | None) -> bool:
    """Return whether all processes with these settings sign with one key and accept each other's tokens.

    Args:
        settings: Which keys are configured.
        database: The SQLite file next to which a development secret is stored; None for any other database.
    """
    return settings.jwt_secret is not None or settings.jwt_key_file is not None or database is not None


def development_secret_file(database: Path) -> Path:
    """Return the path of the development secret of a SQLite file."""
    return database.with_name(f"{database.name}.secret")


def lies_open(path: Path) -> bool:
    """Return whether anybody but the owner may read a file. On Windows these bits do not tell."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


def _current_key(settings: Settings, *, database: Path | None, random: Random) -> SigningKey:
    if settings.jwt_key_file is not None:
        return _key_from_file(settings.jwt_key_file)
    if settings.jwt_secret is not None:
        return _key_from_setting("GATEWRIGHT_JWT_SECRET", settings.jwt_secret.get_secret_value(), settings)
    is_shared = is_postgresql(settings.database_url)  # by processes and machines that share no file
    if settings.is_production or is_shared:
        what = "Production" if settings.is_production else "PostgreSQL"
        raise ConfigurationError(f"{what} needs a secret to sign tokens. {HOW_TO_MAKE_ONE}")
    if database is None:
        return key_from_secret(random.token_bytes(32).hex())
    return key_from_secret(_development_secret(development_secret_file(database), random))


def _previous_key(settings: Settings) -> SigningKey | None:
    if settings.jwt_key_file_previous is not None:
        return _key_from_file(settings.jwt_key_file_previous)
    if settings.jwt_secret_previous is not None:
        return _key_from_setting(
            "GATEWRIGHT_JWT_SECRET_PREVIOUS", settings.jwt_secret_previous.get_secret_value(), settings
        )
    return None


def _key_from_setting(name: str, secret: str, settings: Settings) -> SigningKey:
    """Make a key from a configured secret; a weak one is refused in production and logged as a warning elsewhere."""
    weakness = weakness_of_secret(secret)
    if weakness is not None and settings.is_production:
        raise ConfigurationError(f"{name} is not safe. {weakness}")
    if weakness is not None:
        _logger.warning("%s is not safe, and production will refuse it. %s", name, weakness)
    return key_from_secret(secret)


def _key_from_file(path: Path) -> SigningKey:
    try:
        key = key_from_pem(path.read_bytes())
        if key.can_sign and lies_open(path):
            raise ConfigurationError(f"Others may read the private key in {path}. Make it private: chmod 600 {path}")
    except OSError as error:
        raise ConfigurationError(f"The key file {path} cannot be read: {error.strerror}.") from error
    if (weakness := weakness_of_key(key)) is not None:
        _logger.warning("%s", weakness)
    return key


def _development_secret(path: Path, random: Random) -> str:
    """Return the secret next to the database; the first process creates it for all others."""
    try:
        if not path.exists():
            _create_secret_file(path, random.token_bytes(32).hex())
            _logger.warning(
                "No GATEWRIGHT_JWT_SECRET is set: tokens are signed with a random secret kept in %s. "
                "This is for development; production refuses to start without a secret.",
                path,
            )
        if lies_open(path):
            raise ConfigurationError(f"Others may read the secret in {path}. Make it private: chmod 600 {path}")
        return path.read_text().strip()
    except OSError as error:
        raise ConfigurationError(
            f"The secret cannot be stored in {path}: {error.strerror}. Set GATEWRIGHT_JWT_SECRET instead."
        ) from error


def _create_secret_file(path: Path, secret: str) -> None:
    """Write the file under another name first, so that it appears complete, unless another process was first."""
    descriptor, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # readable only by its owner
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secret)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
