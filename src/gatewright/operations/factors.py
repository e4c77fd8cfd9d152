"""Let an administrator list a user's factors, and remove them for a user who has lost them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from gatewright.errors import ConfigurationError, Denied, InvalidParameterError, UserNotFoundError
from gatewright.model import Authenticator, PendingStep, User, as_utc, has_passed
from gatewright.operations.arguments import require_text
from gatewright.operations.enrolment import line, notice, remove_authenticators
from gatewright.operations.outbox import METHOD_REMOVAL_ANNOUNCED
from gatewright.operations.parts import Parts
from gatewright.operations.prove_user import require_user
from gatewright.operations.rights import require_account
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step, data_of, owner_of
from gatewright.operations.users import user_of
from gatewright.operations.visits import Device, digest_of
from gatewright.proofs import Proof

_LONGEST_REASON = 255
_KIND = "factor_reset"
_BATCH = 500
_GOOD_FOR = timedelta(days=30)
"""How long after it is due a removal can still happen, at a sign-in of the user."""


async def list_factors(parts: Parts, username: str, *, provider: object) -> list[Authenticator]:
    """Return what a user has enrolled, oldest first.

    Args:
        parts: The application's parts.
        username: The user: a name of one of our accounts, or the name that another provider knows them by.
        provider: That provider, as its name or the object itself; None for our own accounts.

    Raises:
        UserNotFoundError: If there is no such user.
        ConfigurationError: If there is no such provider.
    """
    return await parts.store.list_authenticators(owner_of(await _find(parts, username, provider)))


async def remove_factors(
    parts: Parts, username: str, *, method: str | None, provider: object, actor: str, reason: str
) -> list[Authenticator]:
    """Remove a user's authenticators of one method, or all, notify them by email, and return the removed ones.

    Their sessions stay: end them if somebody else may have the factor. With the setting ``factor_reset_hours``, the
    removal is only announced, and `settle_reset` does it later: nothing is removed yet.

    Args:
        parts: The application's parts.
        username: The user, as for `list_factors`.
        method: The name of the method; None for all methods.
        provider: As for `list_factors`.
        actor: Who does it.
        reason: Why, for the record: the person who asks for this may be an impostor.

    Raises:
        UserNotFoundError: If there is no such user.
        InvalidParameterError: If there is no such method, or no actor or reason.
        ConfigurationError: If there is no such provider.
        Denied: If a ``pre_method_removal`` hook refuses.
    """
    for name, value in (("actor", actor), ("reason", reason)):
        if not require_text(name, value, at_most=_LONGEST_REASON).strip():
            raise InvalidParameterError(f"{name} must not be blank.", parameter=name)
    user = await _find(parts, username, provider)
    step = Step(parts, Device(), None, str(user.provider_name), user=user)
    if method is not None and method not in parts.methods and method not in await step.enrolled():
        raise InvalidParameterError(f"There is no method {method!r:.80}.", parameter="method")
    if parts.settings.factor_reset_hours:
        enrolled = await step.enrolled()
        if method not in enrolled if method else not enrolled:
            return []
        await _announce(step, method=method, actor=actor, reason=reason)
        return []
    return await remove_authenticators(step, method=method, actor=actor, reason=reason)


async def settle_reset(step: Step, proof: Proof) -> None:
    """Carry out a removal that an administrator has announced, when the user signs in after it is due.

    It is cancelled if they have just authenticated with a factor that would be removed: they have not lost it.
    Authenticators enrolled since the announcement stay.

    Args:
        step: The step, with its user.
        proof: The proof that they have just given.
    """
    parts, user = step.parts, step.require_user()
    if not parts.settings.factor_reset_hours:
        return
    announced = await parts.store.find_pending_step(_digest(user), kind=_KIND, now=step.now)
    if announced is None:
        return
    data = data_of(announced)
    method = data["method"]
    if proof.method == method or (method is None and proof.method in await step.enrolled()):
        if await parts.store.claim_pending_step(announced.id, now=step.now):
            await parts.store.add_audit(line(step, "method_removal_called_off", method=method))
    elif has_passed(datetime.fromisoformat(data["due_at"]), now=step.now) and await parts.store.claim_pending_step(
        announced.id, now=step.now
    ):
        await _carry_out(step, announced)


async def _carry_out(step: Step, announced: PendingStep) -> None:
    """Remove what was announced. If a hook refuses, everything stays, and so does the announcement."""
    data = data_of(announced)
    until = as_utc(announced.created_at)
    try:
        await remove_authenticators(
            step, method=data["method"], until=until, actor=data["actor"], reason=data["reason"]
        )
    except Denied:
        await _keep(step, replace(announced, id=step.parts.new_id()))


async def _announce(step: Step, *, method: str | None, actor: str, reason: str) -> None:
    """Store the announced removal, and notify the user. A later announcement replaces an earlier one."""
    parts, user = step.parts, step.require_user()
    due_at = step.now + timedelta(hours=parts.settings.factor_reset_hours)
    announced = PendingStep(
        id=parts.new_id(),
        kind=_KIND,
        user_id=user.id,
        username=user.username,
        provider=user.provider_name,
        data=json.dumps({"method": method, "actor": actor, "reason": reason, "due_at": due_at.isoformat()}),
        created_at=step.now,
        expires_at=due_at + _GOOD_FOR,
    )
    await _keep(step, announced)
    recorded = line(step, "method_removal_announced", method=method, actor=actor, reason=reason)
    mail = notice(step, METHOD_REMOVAL_ANNOUNCED, method=method, due_at=due_at)
    if mail is None:
        await parts.store.add_audit(recorded)
    else:
        await parts.store.queue_mail(mail, audit=recorded)
        parts.wake_mail_worker()


async def _keep(step: Step, announced: PendingStep) -> None:
    user = step.require_user()
    account_id = user.id if is_account(user) else None
    await step.parts.store.keep_pending_step(announced, digest=_digest(user), account_id=account_id)


def _digest(user: User) -> bytes:
    """Return the digest that an announcement is found by. No browser has it, and it is not a secret."""
    return digest_of(f"{_KIND} {owner_of(user)}")


async def _find(parts: Parts, username: str, provider: object) -> User:
    if provider is None:
        return await user_of(parts, await require_account(parts, username))
    try:
        name, source = parts.sources.find(provider)
    except ConfigurationError as error:
        kept = await _find_in_store(parts, username, provider)
        if kept is None:
            raise ConfigurationError(
                f"{error} Nor has any user of a provider with this name enrolled anything."
            ) from error
        return kept
    user = require_user(await parts.call(source.bypass, username), provider=name)
    user.provider_name = name
    return user


async def _find_in_store(parts: Parts, username: str, provider: object) -> User | None:
    """Return a user of a provider that this process cannot ask, from what they have enrolled; None if it is unknown.

    Only the application can create a provider from its own objects, or from Django's users. The command line cannot.

    Raises:
        UserNotFoundError: If the provider's users have enrolled something, but nobody with that name has.
    """
    is_known, after, found = False, "", None
    while batch := await parts.store.list_all_authenticators(after=after, at_most=_BATCH):
        for each, _ in batch:
            is_known = is_known or each.provider == provider
            is_theirs = (each.provider, each.username) == (provider, username)
            if is_theirs and (found is None or each.created_at > found.created_at):
                found = each
        after = batch[-1][0].id
    if found is not None:
        user = User({"id": found.user_id, "username": found.username})
        user.provider_name = found.provider
        return user
    if is_known:
        raise UserNotFoundError(f"No user of {provider} with this name has enrolled anything.", username=username)
    return None
