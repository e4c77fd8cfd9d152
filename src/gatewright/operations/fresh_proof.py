"""A fresh proof of who a visitor is: asked for before what matters, such as a change of the password."""

from __future__ import annotations

from datetime import timedelta

from gatewright.errors import InvalidParameterError, StepUpRequiredError
from gatewright.model import Session, as_utc, is_ahead
from gatewright.operations.parts import Parts
from gatewright.operations.second_factor import needs_second_factor, usable_methods
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step
from gatewright.proofs import Proof, with_proof

_PASSWORD = "password"  # noqa: S105 - the name of the method


def is_fresh(parts: Parts, session: Session, minutes: float | None, *, aal: int = 0) -> bool:
    """Say whether a session is as strong as asked, and its last proof as young.

    Args:
        parts: The application's parts.
        session: The session. One of a browser that is merely remembered has no proof.
        minutes: How long ago the last proof may be at most; None for any time.
        aal: The authentication assurance level that the session must have.
    """
    if session.aal < aal:
        return False
    if minutes is None:
        return True
    now, proven_at = parts.clock.now(), session.auth_time
    if proven_at is None or is_ahead(proven_at, now=now):
        return False
    return now - as_utc(proven_at) <= timedelta(minutes=minutes)


async def require_fresh(step: Step, session: Session, minutes: float | None = None, *, aal: int = 0) -> None:
    """Refuse a visitor whose last proof is too old, or less than what is asked.

    Args:
        step: The step, with the visitor and the proofs of their session.
        session: Their session.
        minutes: How long ago the last proof may be at most; None for the setting ``fresh_minutes``.
        aal: The authentication assurance level that the session must have.

    Raises:
        StepUpRequiredError: If the session is not strong enough, or its last proof too old; or if the policy has come
            to ask for a second factor since, and the visitor has one.
    """
    limit = step.parts.settings.fresh_minutes if minutes is None else minutes
    if not is_fresh(step.parts, session, limit, aal=aal):
        raise StepUpRequiredError("The visitor has to prove themselves once more.", minutes=limit, aal=aal)
    if await needs_second_factor(step, step.proofs) and await usable_methods(step, is_second=True):
        raise StepUpRequiredError("The visitor has proven less than the policy asks for.", minutes=limit, aal=aal)


async def require_fresh_proof(step: Step, session: Session, password: object) -> tuple[Proof, ...]:
    """Prove a visitor once more, unless they did so a short while ago, by whatever method.

    Args:
        step: The step, with the visitor and the proofs of their session.
        session: Their session.
        password: Their password, as they typed it; None where they typed none. A wrong one is refused and counted even
            where none is needed.

    Returns:
        All that the visitor has proven by now.

    Raises:
        InvalidParameterError: If the user is not in our own tables.
        StepUpRequiredError: If they typed no password, and the last proof is older than the setting ``fresh_minutes``;
            or if all of it is less than the policy asks for, as after a password in a remembered browser.
        GatewrightError: What `attempt` raises where the password is not right.
    """
    parts, proofs, minutes = step.parts, step.proofs, step.parts.settings.fresh_minutes
    user = step.require_user()
    if not is_account(user):
        raise InvalidParameterError(
            f"{session.provider} keeps this user. Only accounts of our own can be changed, exported or deleted here."
        )
    if password is not None:
        proofs = with_proof(proofs, await _proof_by_password(step, password))
    elif not is_fresh(parts, session, minutes):
        raise StepUpRequiredError("The visitor has to prove themselves once more.", minutes=minutes)
    if await needs_second_factor(step, proofs):
        raise StepUpRequiredError("The visitor has proven less than the policy asks for.", minutes=minutes)
    return proofs


async def _proof_by_password(step: Step, password: object) -> Proof:
    method = step.parts.methods.get(_PASSWORD)
    if method is None:
        raise StepUpRequiredError("No password proves anybody here: the setting methods leaves it out.")
    proven = await method.verify(step, {"password": password})
    proof: Proof = proven.proof
    return proof
