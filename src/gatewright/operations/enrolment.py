"""Enrol users' authenticators, rename and remove them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gatewright.errors import (
    AuthenticationError,
    ConfigurationError,
    InactiveUserError,
    InvalidParameterError,
    TakenError,
)
from gatewright.model import AuditEntry, Authenticator, QueuedMail, User
from gatewright.operations.arguments import LONGEST_LABEL, is_label, is_possible_id, require_text
from gatewright.operations.audit import entry
from gatewright.operations.outbox import METHOD_ENROLLED, METHOD_REMOVED, new_queued_mail, read_asker
from gatewright.operations.parts import Parts
from gatewright.operations.prove import require_json, tell_failure
from gatewright.operations.second_factor import is_first_demanded
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step, owner_of
from gatewright.ports import ProofMethod


async def verify_enrolment(step: Step, method: ProofMethod, given: Mapping[str, Any]) -> Any:
    """Verify what a user enrols, or record why it was refused. `keep_enrolment` then stores it.

    Args:
        step: The step, with its user.
        method: The method.
        given: The values that were sent.

    Returns:
        The method's result.

    Raises:
        InvalidProofError: If the values are not valid.
        InvalidParameterError: If the user already has as many authenticators of this method as allowed.
        TakenError: If it is already enrolled, by anybody.
        Denied: If a ``pre_method_enrolment`` hook refuses.
    """
    try:
        return await _verify(step, method, given)
    except (AuthenticationError, InvalidParameterError, TakenError) as error:
        await tell_failure(step, "method_enrolment_failed", method.name, step.require_user().username, error)
        raise


async def _verify(step: Step, method: ProofMethod, given: Mapping[str, Any]) -> Any:
    await step.parts.hooks.pre_method_enrolment.fire(user=step.require_user(), method=method.name)
    enrolled = await method.enrol(step, given)
    if not getattr(enrolled, "authenticators", ()):
        raise ConfigurationError(
            f"{type(method).__qualname__}.enrol must return Enrolled([...]) with the results of "
            f"self.authenticator(...), not {type(enrolled).__name__} without any."
        )
    require_json(enrolled.shown, f"The `shown` of {type(method).__qualname__}.enrol must be")
    kept = 0 if method.replaces else len((await step.enrolled()).get(method.name, ()))
    if kept + len(enrolled.authenticators) > method.at_most:
        raise _one_too_many(method)
    for each in () if method.replaces else enrolled.authenticators:
        if await step.parts.store.find_authenticator(method.name, each.key) is not None:
            raise TakenError("This is already enrolled.", method=method.name)
    return enrolled


async def keep_enrolment(step: Step, method: ProofMethod, enrolled: Any, *, session_id: str | None) -> None:
    """Store what `verify_enrolment` has verified, and notify the owner by email.

    If it is the first factor that will be required of the user, their other sessions end: they have proven less.

    Args:
        step: The step, with its user.
        method: The method.
        enrolled: The method's result.
        session_id: The session to keep in any case: the one that enrols it.

    Raises:
        InvalidParameterError: If the user has meanwhile reached the number of authenticators allowed for this method.
        TakenError: If it has meanwhile been enrolled, by anybody.
        InactiveUserError: If the account was deactivated or deleted meanwhile.
    """
    parts, user = step.parts, step.require_user()
    is_first = await is_first_demanded(step, method)
    kept = await parts.store.add_authenticators(
        enrolled.authenticators,
        owner=owner_of(user),
        at_most=method.at_most,
        replaces=method.replaces,
        audit=line(step, "method_enrolled", method=method.name),
        mail=notice(step, METHOD_ENROLLED, method=method.name, are_others_ended=is_first),
        keep=session_id,
        revoked=line(step, "sessions_revoked", method=method.name, reason="method_enrolled") if is_first else None,
    )
    step.forget_enrolled()
    if not kept:
        if len((await step.enrolled()).get(method.name, ())) >= method.at_most:
            raise _one_too_many(method)
        raise InactiveUserError("The account was deactivated or deleted meanwhile.", user_id=user.id)
    parts.wake_mail_worker()
    await parts.hooks.post_method_enrolment.fire(
        user=user, method=method.name, authenticators=tuple(enrolled.authenticators)
    )


async def rename_authenticator(parts: Parts, user: User, authenticator_id: str, name: object) -> bool:
    """Rename one of a user's authenticators, and return whether they have it.

    Raises:
        InvalidParameterError: If the name is not one line of 1 to 60 visible characters.
    """
    kept = require_text("name", name, at_most=LONGEST_LABEL).strip()
    if not is_label(kept):
        raise InvalidParameterError("name must be one line of visible characters.", parameter="name")
    if not is_possible_id(authenticator_id):
        return False
    return await parts.store.rename_authenticator(authenticator_id, kept, owner=owner_of(user))


async def remove_authenticators(
    step: Step,
    *,
    method: str | None = None,
    authenticator_id: str | None = None,
    until: datetime | None = None,
    actor: str | None = None,
    reason: str | None = None,
) -> list[Authenticator]:
    """Remove one of a user's authenticators, those of one method, or all, and return the removed ones.

    Args:
        step: The step, with its user.
        method: The name of the method; None for all methods.
        authenticator_id: The authenticator; None for all.
        until: Keep authenticators enrolled later than this; None to keep none.
        actor: Who removes them, if not the user.
        reason: Why.

    Raises:
        Denied: If a ``pre_method_removal`` hook refuses.
    """
    parts, user = step.parts, step.require_user()
    await parts.hooks.pre_method_removal.fire(user=user, method=method)
    removed = await parts.store.remove_authenticators(
        owner_of(user),
        method=method,
        authenticator_id=authenticator_id,
        until=until,
        audit=line(step, "method_removed", method=method, actor=actor, reason=reason),
        mail=notice(step, METHOD_REMOVED, method=method),
    )
    step.forget_enrolled()
    if removed:
        parts.wake_mail_worker()
        await parts.hooks.post_method_removal.fire(user=user, method=method, authenticators=tuple(removed))
    return removed


def line(
    step: Step, event: str, *, method: str | None, actor: str | None = None, reason: str | None = None
) -> AuditEntry:
    """Return a line of the audit record about the user of a step.

    Args:
        step: The step, with its user.
        event: The event's name.
        method: The name of the method that it is about; None if it is about all.
        actor: Who did it, if not the user.
        reason: Why.
    """
    user = step.require_user()
    return entry(
        step.parts,
        event,
        user_id=user.id,
        username=user.username,
        provider=user.provider_name,
        method=method,
        client=step.device.ip_address,
        actor=actor,
        reason=reason,
    )


def notice(
    step: Step,
    kind: str,
    *,
    method: str | None = None,
    due_at: datetime | None = None,
    are_others_ended: bool = False,
) -> QueuedMail | None:
    """Return an email that notifies the user of a step; None for users without an email address in our own tables.

    Args:
        step: The step, with its user.
        kind: The email's kind.
        method: The name of the method that it is about, if any.
        due_at: When it will happen, if it has not happened yet.
        are_others_ended: Whether it has ended the user's other sessions.
    """
    user, device = step.require_user(), step.device
    if not is_account(user) or user.email is None:
        return None
    asker = read_asker(step.parts, language=step.language, base_url=step.base_url)
    known = None if method is None else step.parts.methods.get(method)
    details = {
        "ip_address": device.ip_address,
        "user_agent": device.user_agent,
        "method": method if known is None else known.title,
        "due_at": None if due_at is None else due_at.isoformat(),
        "ended": "others" if are_others_ended else None,
    }
    return new_queued_mail(step.parts, kind, account_id=user.id, email=user.email, asker=asker, details=details)


def _one_too_many(method: ProofMethod) -> InvalidParameterError:
    return InvalidParameterError(f"A user may have at most {method.at_most} of {method.name}. Remove one first.")
