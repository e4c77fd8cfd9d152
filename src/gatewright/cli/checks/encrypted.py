"""A check of the secrets that the database keeps encrypted: is there a key for each?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gatewright.auth.signing_keys import development_secret_file, find_signing_keys
from gatewright.cli.checks.finding import Finding, Status
from gatewright.errors import ConfigurationError
from gatewright.ports import Owner
from gatewright.settings import Settings
from gatewright.storage.sql.invariants import FetchAll
from gatewright.system import SystemRandom
from gatewright.tokens import Vault, has_encrypted

_NAME = "encrypted secrets"
_SQL = "SELECT method, account_id, user_id, provider, data FROM authenticators"


def check_encrypted(settings: Settings, fetch_all: FetchAll, *, file: Path | None) -> Iterator[Finding]:
    """Try to decrypt each secret with the keys of the settings.

    Args:
        settings: Which keys to try.
        fetch_all: Runs a query.
        file: The SQLite file, or None if the database is a server's.
    """
    try:
        # If there is no development secret yet, do not make one here: it could not decrypt anything.
        is_made = file is not None and development_secret_file(file).exists()
        keys = find_signing_keys(settings, database=file if is_made else None, random=SystemRandom())
    except ConfigurationError:
        return  # the check of the keys reports why
    vault, seen = Vault(keys.derive("vault"), SystemRandom()), Counter[str]()
    for method, account_id, user_id, provider, data in fetch_all(_SQL, {}):
        if has_encrypted(data):
            owner = Owner(user_id, provider) if account_id is None else Owner(account_id)
            kept = vault.decrypt(data, method=method, owner=owner)
            seen["unreadable" if kept is None else "current" if kept.is_current else "previous"] += 1
    yield from _told(seen)


def _told(seen: Counter[str]) -> Iterator[Finding]:
    if seen["unreadable"]:
        yield Finding(
            _NAME,
            Status.WARNING,
            f"{seen['unreadable']} of {seen.total()} users' secrets cannot be decrypted: their authenticator apps "
            "are refused.",
            "Set the key that encrypted them as the previous key. If it is lost, remove these apps, so that their "
            "users enrol again.",
        )
    if seen["previous"]:
        yield Finding(
            _NAME,
            Status.OK,
            f"{seen['previous']} of {seen.total()} users' secrets are encrypted with the previous key.",
            "Keep that key until gatewright reencrypt has re-encrypted them. Using a secret also re-encrypts it.",
        )
    if seen and seen.total() == seen["current"]:
        yield Finding(_NAME, Status.OK, "Every user's secrets are encrypted with the current key.")
