"""Find the keys that sign and verify tokens: configured ones, or a random secret kept beside a SQLite file."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from gatewright.errors import ConfigurationError
from gatewright.ports import Random
from gatewright.settings import Settings
from gatewright.tokens import KeyRing, SigningKey, key_from_pem, key_from_secret, weakness_of_secret

_logger = logging.getLogger("gatewright")

_MAKE_ONE = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'


def find_signing_keys(settings: Settings, *, database: Path | None, random: Random) -> KeyRing:
    """Return the keys for tokens.

    Args:
        settings: Which keys are configured.
        database: The SQLite file to keep a development secret beside; None for a database in memory.
        random: Where a development secret comes from.

    Raises:
        ConfigurationError: If a key cannot be read, or, in production, if the secret is missing or weak.
    """
    previous = _previous_key(settings)
    if settings.jwt_key_file is not None:
        return KeyRing(current=key_from_pem(_read_key_file(settings.jwt_key_file)), previous=previous)
    if settings.jwt_secret is not None:
        secret = settings.jwt_secret.get_secret_value()
        _refuse_weak_secret(secret, is_production=settings.is_production)
    elif settings.is_production:
        raise ConfigurationError(
            f"Production needs a secret for tokens. {_MAKE_ONE} and set it as GATEWRIGHT_JWT_SECRET, "
            "or name a private key in GATEWRIGHT_JWT_KEY_FILE."
        )
    else:
        secret = random.token_bytes(32).hex() if database is None else _development_secret(database, random)
    return KeyRing(current=key_from_secret(secret), previous=previous)


def development_secret_file(database: Path) -> Path:
    """Return where the development secret of a SQLite file is kept."""
    return database.with_name(f"{database.name}.secret")


def _previous_key(settings: Settings) -> SigningKey | None:
    if settings.jwt_key_file_previous is not None:
        return key_from_pem(_read_key_file(settings.jwt_key_file_previous))
    if settings.jwt_secret_previous is not None:
        return key_from_secret(settings.jwt_secret_previous.get_secret_value())
    return None


def _read_key_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The key file {path} cannot be read: {error.strerror}.") from error


def _refuse_weak_secret(secret: str, *, is_production: bool) -> None:
    weakness = weakness_of_secret(secret)
    if weakness is None:
        return
    if is_production:
        raise ConfigurationError(f"GATEWRIGHT_JWT_SECRET is not safe. {weakness}")
    _logger.warning("The token secret is not safe, and production will refuse it. %s", weakness)


def _development_secret(database: Path, random: Random) -> str:
    """Return the secret beside the database; made by whichever process comes first, kept for all others."""
    path = development_secret_file(database)
    if not path.exists():
        _create_secret_file(path, random.token_bytes(32).hex())
        _logger.warning(
            "No GATEWRIGHT_JWT_SECRET is set: tokens are signed with a random secret kept in %s. "
            "That is for development; production refuses to start without one.",
            path,
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigurationError(f"Others may read the secret in {path}. Keep it to yourself: chmod 600 {path}")
    return path.read_text().strip()


def _create_secret_file(path: Path, secret: str) -> None:
    """Write the whole file under another name first: it appears complete, or somebody else's was there before."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
