"""Identify a user: by username and password, or because a trusted caller vouches for them."""

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
    ConfigurationError,
    InactiveUserError,
    InvalidParameterError,
    PermissionNotFoundError,
    UnreadableHashError,
    UnverifiedUserError,
    UserNotFoundError,
)
from gatewright.model import User
from gatewright.operations.arguments import LONGEST_ID, is_possible_id, require_note, require_text
from gatewright.operations.audit import entry
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.names import name_for_record, spellings
from gatewright.operations.parts import Parts
from gatewright.ports import UserSource, require_silent
from gatewright.proofs import Proof

_LONGEST_USERNAME = 255
_logger = logging.getLogger("gatewright")
_Failure = AuthenticationError | AttemptBlockedError | InvalidParameterError | PermissionNotFoundError


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim to be a certain user.

    Args:
        username: The name that the provider knows them by.
        provider: The provider's name.
        source: The provider itself.
        client: The address that the claim comes from, which is counted and recorded.
    """

    username: str
    provider: str
    source: UserSource
    client: str | None = None


async def bypass(parts: Parts, claim: Claim, *, actor: str | None, reason: str | None) -> User:
    """Accept a user because a trusted caller vouches for them, and record who and why.

    Args:
        parts: The application's parts.
        claim: The claimed user.
        actor: Who vouches for them.
        reason: Why.

    Raises:
        InvalidParameterError: If a name or the reason is not a string.
        UserNotFoundError: If there is no such user.
        InactiveUserError: If the user has been deactivated.
        UnverifiedUserError: If the user is not verified yet.
    """
    actor, reason = require_note("actor", actor), require_note("reason", reason)

    user = await prove_claim(parts, claim, partial(load_claimed, parts, claim), method="bypass", actor=actor)
    await parts.store.add_audit(
        entry(
            parts,
            "bypassed",
            user_id=user.id,
            username=user.username,
            provider=claim.provider,
            method="bypass",
            reason=reason,
            actor=actor,
        )
    )
    return proven_by(user, Proof("bypass", parts.clock.now(), frozenset(), ()))


def proven_by(user: User, proof: Proof) -> User:
    """Return a copy of a user that carries a proof: a provider may return the same object many times."""
    user = copy(user)
    user.proof = proof
    return user


def loaded_by(user: User, provider: str) -> User:
    """Return a user with their provider's name set, as a copy if the application's code has loaded them.

    Their authenticators are stored under that name: without it, nobody would be asked for a second factor.
    """
    if user.provider_name is None:
        user = copy(user)
        user.provider_name = provider
    return user


def require_user(user: Any, *, provider: str) -> User:
    """Return what a provider returned, if it is a user whom a session can refer to and reload.

    Raises:
        ConfigurationError: If it is anything else.
    """
    if not isinstance(user, User):
        raise ConfigurationError(
            f"{provider} must return a User, not {type(user).__name__}. For an unknown name, load_user_by_username "
            "must raise UserNotFoundError, and find must return None."
        )
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


async def load_claimed(parts: Parts, claim: Claim, *password: str) -> User:
    """Load a user from a provider, whichever way it spells the domain of an email address.

    Raises:
        UserNotFoundError: If there is none, or the password is wrong.
    """
    load = partial(parts.call, claim.source.load_user_by_username)
    *others, last = spellings(claim.username)
    for name in others:
        with suppress(UserNotFoundError):
            return require_user(await load(name, *password), provider=claim.provider)
    return require_user(await load(last, *password), provider=claim.provider)


async def prove_claim(
    parts: Parts, claim: Claim, load: Callable[[], Awaitable[User]], *, method: str, actor: str | None = None
) -> User:
    """Load and check a user; on failure, fire the hooks, record it and raise."""
    user: User | None = None
    try:
        require_text("username", claim.username, at_most=_LONGEST_USERNAME)
        user = await load()
        user.provider_name = claim.provider
        for check in ("check_user_is_active", "check_user_is_verified"):
            require_silent(claim.source, check, await parts.call(getattr(claim.source, check), user))
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
    with best_effort_write("The record of a failed sign-in"):
        await parts.store.add_audit(failed)
    match error:
        case InactiveUserError():
            await parts.hooks.login_inactive_user.fire(user=user)
        case UnverifiedUserError():
            await parts.hooks.login_unverified_user.fire(user=user)
        case UserNotFoundError() | PermissionNotFoundError():
            await parts.hooks.login_failed.fire(username=claim.username)
    await parts.hooks.auth_failed.fire(username=claim.username, method=method, reason=reason)
