"""Authenticate a user by password: verified here if the provider hands out hashes, and otherwise by the provider."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence
from typing import Any

from gatewright.errors import (
    ConfigurationError,
    InvalidParameterError,
    UnreadableHashError,
    UserNotFoundError,
)
from gatewright.model import User
from gatewright.operations.attempts import UNDECIDED, Trial, account_name
from gatewright.operations.audit import entry
from gatewright.operations.best_effort import best_effort_write, cause_of
from gatewright.operations.changed_passwords import renew_hash
from gatewright.operations.names import spellings
from gatewright.operations.parts import Parts
from gatewright.operations.prove_user import Claim, load_claimed, prove_claim, proven_by, require_user
from gatewright.ports import CredentialSource, found_with, hands_out_hashes, own_hasher_of
from gatewright.proofs import Kind, Proof

NAME, KINDS, AMR = "password", frozenset({Kind.KNOWLEDGE}), ("pwd",)
"""The method's name, what a proof by it shows, and its reference in RFC 8176."""

_logger = logging.getLogger("gatewright")


async def attempt(parts: Parts, claim: Claim, password: object) -> User:
    """Authenticate a user by their password.

    Args:
        parts: The application's parts.
        claim: Who they claim to be.
        password: What they typed.

    Raises:
        InvalidParameterError: If the username is not a string, or there is no password, which is never a bypass.
        AttemptBlockedError: If too many attempts have failed. The password is not checked.
        UserNotFoundError: If there is no such user or the password is wrong; the error does not say which.
        InactiveUserError: If the password is right, but the user has been deactivated.
        UnverifiedUserError: If the password is right, but the user is not verified yet.
        BusyError: If too many passwords are being hashed.
        ProviderUnavailableError: If the provider cannot be reached.
    """
    trial = Trial(parts, client=claim.client)

    async def load() -> User:
        if not isinstance(password, str) or not password:
            raise InvalidParameterError(_why_unusable(password), parameter="password")
        if hands_out_hashes(claim.source):
            return await _verify(parts, claim, claim.source, password, trial)
        await trial.begin(name=account_name(claim.provider, claim.username))
        return await load_claimed(parts, claim, password)

    try:
        user = await prove_claim(parts, claim, load, method=NAME)
    except UNDECIDED:
        await trial.forgive()
        raise
    except Exception:  # also a hook's, which may replace the failure
        await trial.fail()
        raise
    await trial.forgive()
    return proven_by(user, password_proof(parts))


def _why_unusable(password: object) -> str:
    if password:
        return f"The password must be a str, not {type(password).__name__}."
    return "attempt needs a password. To trust a username without one, use bypass."


def password_proof(parts: Parts) -> Proof:
    """Return the proof that a correct password gives."""
    return Proof(NAME, parts.clock.now(), KINDS, AMR)


async def _find(parts: Parts, claim: Claim, source: CredentialSource) -> tuple[str, User | None, str | None]:
    """Return a provider's name for a user, the user, and their hash; or the typed name, and neither.

    It looks up every spelling, even after a match, so that unknown names do not take more look-ups than known ones.
    """
    known: tuple[str, User, str | None] | None = None
    for name in spellings(claim.username):
        found = await parts.call(source.find, name)
        if found is not None and known is None:
            user, password_hash = _pair(found, claim.provider)
            known = name, found_with(password_hash, require_user(user, provider=claim.provider)), password_hash
    return known or (claim.username, None, None)


def _pair(found: Any, provider: str) -> tuple[Any, Any]:
    """Return the user and the hash that a provider found.

    Raises:
        ConfigurationError: If it returned something else.
    """
    if not isinstance(found, Sequence) or len(found) != 2:
        raise ConfigurationError(
            f"{provider}.find must return a user and their password hash, or None, not {type(found).__name__}."
        )
    return found[0], found[1]


async def _verify(parts: Parts, claim: Claim, source: CredentialSource, password: str, trial: Trial) -> User:
    """Verify the password here, so that an unknown user takes as long as a wrong password."""
    name, user, password_hash = await _find(parts, claim, source)
    await trial.begin(name=account_name(claim.provider, claim.username if user is None else user.username))
    verified = await parts.passwords.verify(password, against=password_hash, by=own_hasher_of(source))
    if user is None or not verified.is_valid:
        raise _refusal(claim, user, unreadable=verified.unreadable)
    if password_hash is not None and verified.new_hash is not None:
        renewing = renew_hash(
            parts,
            user,
            source,
            provider=claim.provider,
            username=name,
            old_hash=password_hash,
            new_hash=verified.new_hash,
        )
        await _renew(parts, claim, user, renewing)
    return user


def _refusal(claim: Claim, user: User | None, *, unreadable: str | None) -> UserNotFoundError:
    """Return the same error for every failure. An unreadable hash is its cause, which visitors are not told."""
    refused = UserNotFoundError("There is no such user, or the password is wrong.")
    if user is not None and unreadable is not None:
        _logger.warning("The stored hash of user %r of %s cannot be read. %s", user.id, claim.provider, unreadable)
        refused.__cause__ = UnreadableHashError(unreadable)
    return refused


async def _renew(parts: Parts, claim: Claim, user: User, renewing: Awaitable[None]) -> None:
    """Store a better hash. If that fails, the sign-in still succeeds, and the old hash stays."""
    try:
        await renewing
    except Exception as error:  # noqa: BLE001 - a best-effort write never decides a sign-in
        _logger.warning("The hash of user %r of %s was not renewed. %s", user.id, claim.provider, cause_of(error))
        failed = entry(
            parts,
            "hash_not_renewed",
            user_id=user.id,
            username=user.username,
            provider=claim.provider,
            reason=type(error).__name__,
        )
        with best_effort_write("The renewed hash"):
            await parts.store.add_audit(failed)
