"""Checks of the keys that sign tokens."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.auth.fingerprint import fingerprint_of
from gatewright.auth.signing_keys import (
    HOW_TO_MAKE_ONE,
    development_secret_file,
    find_signing_keys,
    is_key_shared,
    lies_open,
)
from gatewright.cli.checks.finding import Finding, Status
from gatewright.errors import ConfigurationError
from gatewright.settings import Settings
from gatewright.storage.sql import SQLiteDatabase
from gatewright.storage.sql.url import is_postgresql
from gatewright.system import SystemRandom
from gatewright.tokens import weakness_of_key, weakness_of_secret

_FINE_FOR_DEVELOPMENT = "Fine for development; production needs GATEWRIGHT_JWT_SECRET or GATEWRIGHT_JWT_KEY_FILE."


def check_keys(settings: Settings) -> Iterator[Finding]:
    """Check that the service starts with its keys, and what it tolerates in development."""
    yield _check_start(settings)
    yield from _check_agreement(settings)
    if settings.is_production:
        return
    yield from _check_secrets(settings)
    if settings.jwt_secret is None and settings.jwt_key_file is None:
        yield _check_development_secret(settings)


def _check_start(settings: Settings) -> Finding:
    try:
        # Without a database, this makes no development secret.
        keys = find_signing_keys(settings, database=None, random=SystemRandom())
    except ConfigurationError as error:
        return Finding("token keys", Status.UNSAFE, "The service does not start with these keys.", str(error))
    weakness = weakness_of_key(keys.current)
    if weakness is not None:
        return Finding("token keys", Status.WARNING, "Tokens are signed with a short RSA key.", weakness)
    return Finding("token keys", Status.OK, f"Tokens are signed with {keys.current.algorithm}.")


def _check_agreement(settings: Settings) -> Iterator[Finding]:
    """Report the fingerprint that shows whether processes can work together."""
    try:
        shared = is_key_shared(settings, database=None)
        keys = find_signing_keys(settings, database=None, random=SystemRandom()) if shared else None
    except ConfigurationError:
        return  # reported already
    if keys is None:
        return
    yield Finding(
        "agreement",
        Status.OK,
        f"The secrets and settings that processes must share have the fingerprint {fingerprint_of(settings, keys)}.",
        "With several machines, it must be the same on each.",
    )


def _check_secrets(settings: Settings) -> Iterator[Finding]:
    for name in ("jwt_secret", "jwt_secret_previous"):
        secret = getattr(settings, name)
        weakness = None if secret is None else weakness_of_secret(secret.get_secret_value())
        if weakness is not None:
            finding = f"GATEWRIGHT_{name.upper()} is weak: whoever guesses it can sign in as anybody."
            yield Finding("token secret", Status.WARNING, finding, weakness)


def _check_development_secret(settings: Settings) -> Finding:
    try:
        is_server = is_postgresql(settings.database_url)
        database = None if is_server else SQLiteDatabase(settings.database_url).path
    except ConfigurationError:
        is_server, database = False, None  # the check of the database reports why
    if is_server:
        finding = "No secret is set: every process makes its own, and refuses the tokens of the others."
        return Finding("development secret", Status.UNSAFE, finding, HOW_TO_MAKE_ONE)
    path = None if database is None else development_secret_file(database)
    if path is None or not path.is_file():
        finding = "No secret is set: a random one will be made."
        return Finding("development secret", Status.WARNING, finding, _FINE_FOR_DEVELOPMENT)
    if lies_open(path):
        return Finding("development secret", Status.UNSAFE, f"Others may read {path}.", f"chmod 600 {path}")
    if weakness_of_secret(path.read_text(errors="replace").strip()) is not None:
        cure = f"Delete it and restart, which makes a new one: rm {path}"
        return Finding("development secret", Status.UNSAFE, f"The secret in {path} is weak.", cure)
    finding = f"No secret is set: a random one is kept in {path}."
    return Finding("development secret", Status.WARNING, finding, _FINE_FOR_DEVELOPMENT)
