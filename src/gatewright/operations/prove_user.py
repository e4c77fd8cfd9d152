"""Find out who somebody is: by username and password, or because a trusted caller vouches for them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any

from gatewright.errors import (
    AttemptBlockedError,
    AuthenticationError,
    BusyError,
    ConfigurationError,
    InactiveUserError,
    InvalidParameterError,
    PermissionNotFoundError,
    ProviderUnavailableError,
    UnreadableHashError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.model import User
from gatewright.operations.arguments import LONGEST_ID, is_possible_id, require_note, require_text
from gatewright.operations.attempts import Trial, account_name
from gatewright.operations.audit import entry
from gatewright.operations.changed_passwords import renew_hash
from gatewright.operations.names import name_for_record, spellings
from gatewright.operations.parts import Parts
from gatewright.operations.second_writes import cause_of, second_write
from gatewright.ports import CredentialSource, UserSource, found_with, hands_out_hashes, own_hasher_of
from gatewright.proofs import Kind, Proof

_LONGEST_USERNAME = 255
_logger = logging.getLogger("gatewright")
_Failure = AuthenticationError | AttemptBlockedError | InvalidParameterError | PermissionNotFoundError


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim to be some user.

    Args:
        username: The name that the provider knows them by.
        provider: Where they come from.
        source: The provider itself.
        client: The address that the claim comes from, which counts, and is recorded.
    """

    username: str
    provider: str
    source: UserSource
    client: str | None = None


async def attempt(parts: Parts, claim: Claim, password: object) -> User:
    """Prove a user by their password.

    Args:
        parts: The application's parts.
        claim: Who they say they are.
        password: What they typed.

    Raises:
        InvalidParameterError: If the username is not a string, or there is no password: that is never a bypass.
        AttemptBlockedError: If too many attempts have failed. The password is not looked at.
        UserNotFoundError: If there is no such user or the password is wrong; nobody can tell which.
        InactiveUserError: If the password is right, but the user has been deactivated.
        UnverifiedUserError: If the password is right, but the user is not verified yet.
        BusyError: If too many passwords are being hashed.
        ProviderUnavailableError: If the provider cannot be reached.
    """
    trial = Trial(parts, client=claim.client)

    async def load() -> User:
        if not isinstance(password, str) or not password:
            raise InvalidParameterError("attempt needs a password. To trust a name without one, use bypass.")
        if hands_out_hashes(claim.source):
            return await _verify(parts, claim, claim.source, password, trial)
        await trial.begin(name=account_name(claim.provider, claim.username))
        return await _load(parts, claim, password)

    try:
        user = await _prove(parts, claim, load, method="password")
    except (BusyError, ProviderUnavailableError):
        await trial.forgive()  # no password was wrong
        raise
    except Exception:  # a hook's too, which may take the place of the failure
        await trial.fail()
        raise
    await trial.forgive()
    return _proven(user, password_proof(parts))


def password_proof(parts: Parts) -> Proof:
    """Return the proof that a right password is."""
    return Proof("password", parts.clock.now(), frozenset({Kind.KNOWLEDGE}), ("pwd",))


async def bypass(parts: Parts, claim: Claim, *, actor: str | None, reason: str | None) -> User:
    """Accept a user because a trusted caller vouches for them, and record who and why.

    Args:
        parts: The application's parts.
        claim: Who the user is said to be.
        actor: Who says so.
        reason: Why.

    Raises:
        InvalidParameterError: If a name or the reason is not a string.
        UserNotFoundError: If there is no such user.
        InactiveUserError: If the user has been deactivated.
        UnverifiedUserError: If the user is not verified yet.
    """
    actor, reason = require_note("actor", actor), require_note("reason", reason)

    user = await _prove(parts, claim, partial(_load, parts, claim), method="bypass", actor=actor)
    await parts.store.add_audit(
        entry(
            parts,
            "bypassed",
            user_id=user.id,
            username=user.username,
            provider=claim.provider,
            method="bypass",
            client=claim.client,
            reason=reason,
            actor=actor,
        )
    )
    return _proven(user, Proof("bypass", parts.clock.now(), frozenset(), ()))


def _proven(user: User, proof: Proof) -> User:
    """Return a user who carries a proof, in an object of its own: a provider may hand out one object many times."""
    user = copy(user)
    user.proof = proof
    return user


def require_user(user: Any, *, provider: str) -> User:
    """Return what a provider gave, if it is a user whom a session can name and reload.

    Raises:
        ConfigurationError: If it is anything else.
    """
    if not isinstance(user, User):
        raise ConfigurationError(f"{provider} must return a User, not {type(user).__name__}.")
    if not is_possible_id(user.username):
        raise ConfigurationError(
            f"{provider} returned a user without a username of 1 to {_LONGEST_USERNAME} characters that can be stored. "
            "Override the username property of your user class."
        )
    if not is_possible_id(user.id):
        raise ConfigurationError(
            f"{provider} returned a user without an id of 1 to {LONGEST_ID} characters that can be stored. "
            "Let the id property of your user class return gatewright.identifiers.id_text(...)."
        )
    return user


async def _load(parts: Parts, claim: Claim, *password: str) -> User:
    """Load a user from a provider, however it writes the domain of a mail address.

    Raises:
        UserNotFoundError: If there is none, or the password is wrong.
    """
    load = partial(parts.call, claim.source.load_user_by_username)
    *others, last = spellings(claim.username)
    for name in others:
        with suppress(UserNotFoundError):
            return require_user(await load(name, *password), provider=claim.provider)
    return require_user(await load(last, *password), provider=claim.provider)


async def _find(parts: Parts, claim: Claim, source: CredentialSource) -> tuple[str, User | None, str | None]:
    """Return the name that a provider knows a user by, the user, and their hash; or what was typed, and neither."""
    for name in spellings(claim.username):
        found = await parts.call(source.find, name)
        if found is not None:
            user, password_hash = found
            user = found_with(password_hash, require_user(user, provider=claim.provider))
            return name, user, password_hash
    return claim.username, None, None


async def _verify(parts: Parts, claim: Claim, source: CredentialSource, password: str, trial: Trial) -> User:
    """Verify the password here, where an unknown user costs as much as a wrong password."""
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
    """Return the one error for whatever is wrong. A hash that cannot be read is its cause, which no visitor is told."""
    refused = UserNotFoundError("There is no such user, or the password is wrong.")
    if user is not None and unreadable is not None:
        _logger.warning("The stored hash of user %r of %s cannot be read. %s", user.id, claim.provider, unreadable)
        refused.__cause__ = UnreadableHashError(unreadable)
    return refused


async def _renew(parts: Parts, claim: Claim, user: User, renewing: Awaitable[None]) -> None:
    """Have a better hash kept. If that fails, the password was still right, and the old hash still stands."""
    try:
        await renewing
    except Exception as error:  # noqa: BLE001 - a second write never decides a sign-in
        _logger.warning("The hash of user %r of %s was not renewed. %s", user.id, claim.provider, cause_of(error))
        failed = entry(
            parts,
            "hash_not_renewed",
            user_id=user.id,
            username=user.username,
            provider=claim.provider,
            reason=type(error).__name__,
        )
        with second_write("That a hash was not renewed"):
            await parts.store.add_audit(failed)


async def _prove(
    parts: Parts, claim: Claim, load: Callable[[], Awaitable[User]], *, method: str, actor: str | None = None
) -> User:
    """Load and check a user; a failure fires its events, is recorded, and is raised."""
    user: User | None = None
    try:
        require_text("username", claim.username, at_most=_LONGEST_USERNAME)
        user = await load()
        user.provider_name = claim.provider
        await parts.call(claim.source.check_user_is_active, user)
        await parts.call(claim.source.check_user_is_verified, user)
    except (AuthenticationError, AttemptBlockedError, InvalidParameterError, PermissionNotFoundError) as error:
        await _tell_failure(parts, claim, error, user, method=method, actor=actor)
        raise
    return user


async def _tell_failure(
    parts: Parts, claim: Claim, error: _Failure, user: User | None, *, method: str, actor: str | None
) -> None:
    reason, cause = str(error.evidence.get("reason", error.code)), error.__cause__
    failed = entry(
        parts,
        "sign_in_failed",
        user_id=None if user is None else user.id,
        username=name_for_record(claim.username),
        provider=claim.provider,
        method=method,
        client=claim.client,
        reason=cause.code if isinstance(cause, UnreadableHashError) else reason,
        actor=actor,
    )
    with second_write("The record of a failed sign-in"):
        await parts.store.add_audit(failed)
    match error:
        case InactiveUserError():
            await parts.hooks.login_inactive_user.fire(user=user)
        case UnverifiedUserError():
            await parts.hooks.login_unverified_user.fire(user=user)
        case UserNotFoundError() | PermissionNotFoundError():
            await parts.hooks.login_failed.fire(username=claim.username)
    await parts.hooks.auth_failed.fire(username=claim.username, method=method, reason=reason)
