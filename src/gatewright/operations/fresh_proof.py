"""Step-up authentication: a fresh proof before a sensitive action, such as changing the password."""

from __future__ import annotations

from datetime import datetime, timedelta

from gatewright.errors import InvalidParameterError, StepUpRequiredError
from gatewright.model import Session, as_utc, is_ahead
from gatewright.operations.parts import Parts
from gatewright.operations.second_factor import is_confirmed_by, needs_second_factor, usable_methods
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step
from gatewright.proofs import Kind, Proof, with_proof

_PASSWORD = "password"  # noqa: S105 - the name of the method


def is_fresh(parts: Parts, session: Session, minutes: float | None, *, aal: int = 0) -> bool:
    """Return whether a session is as strong, and its last proof as recent, as required.

    The age is that of the latest proof alone (RFC 9470, 3: the last active authentication event); at level 3, that of
    the proofs that suffice for it. See `is_confirmed_by`.

    Args:
        parts: The application's parts.
        session: The session. That of a merely remembered browser has no proof.
        minutes: Maximum age of the last proof; None for any age.
        aal: The authentication assurance level that the session must have.
    """
    if session.aal < aal:
        return False
    if minutes is None:
        return True
    now = parts.clock.now()
    young = [proof for proof in _proofs_of(session) if _is_young(proof, now=now, minutes=minutes)]
    return is_confirmed_by(young, aal=aal)


async def require_fresh(step: Step, session: Session, minutes: float | None, *, aal: int) -> None:
    """Refuse a visitor whose last proof is too old or too weak.

    Args:
        step: The step, with the visitor and the proofs of their session.
        session: Their session.
        minutes: Maximum age of the last proof; None for the setting ``fresh_minutes``.
        aal: The authentication assurance level that the session must have.

    Raises:
        StepUpRequiredError: If the session is too weak, or its last proof too old; or if the policy has come to
            require a second factor since, and the visitor has one.
    """
    limit = step.parts.settings.fresh_minutes if minutes is None else minutes
    if not is_fresh(step.parts, session, limit, aal=aal):
        raise StepUpRequiredError("The visitor must authenticate again.", minutes=limit, aal=aal)
    if await needs_second_factor(step, step.proofs) and await usable_methods(step, is_second=True):
        raise StepUpRequiredError("The visitor has proven less than the policy requires.", minutes=limit, aal=aal)


async def require_fresh_proof(step: Step, session: Session, password: object) -> tuple[Proof, ...]:
    """Require a new proof from a visitor, unless they have recently given one by any method.

    Args:
        step: The step, with the visitor and the proofs of their session.
        session: Their session.
        password: Their password as typed; None if they typed none. A wrong one is refused and counted even if none is
            needed.

    Returns:
        All proofs that the visitor has given by now.

    Raises:
        InvalidParameterError: If the user is not in our own tables.
        StepUpRequiredError: If they typed no password, and the last proof is older than the setting ``fresh_minutes``;
            or if all proofs together are less than the policy requires, as with a password in a remembered browser.
        GatewrightError: What `attempt` raises if the password is wrong.
    """
    parts, proofs, minutes = step.parts, step.proofs, step.parts.settings.fresh_minutes
    user = step.require_user()
    if not is_account(user):
        raise InvalidParameterError(
            f"{session.provider} stores this user. Only our own accounts can be changed, exported or deleted here."
        )
    if password is not None:
        proofs = with_proof(proofs, await prove_by_password(step, password))
    elif not is_fresh(parts, session, minutes):
        raise StepUpRequiredError("The visitor must authenticate again.", minutes=minutes)
    if await needs_second_factor(step, proofs):
        raise StepUpRequiredError("The visitor has proven less than the policy requires.", minutes=minutes)
    return proofs


async def prove_by_password(step: Step, password: object) -> Proof:
    """Return the proof of a visitor who has entered their password.

    Raises:
        StepUpRequiredError: If the setting ``methods`` does not include passwords.
        GatewrightError: What `attempt` raises.
    """
    method = step.parts.methods.get(_PASSWORD)
    if method is None:
        raise StepUpRequiredError("Passwords cannot be used here: the setting methods does not include them.")
    proven = await method.verify(step, {"password": password})
    proof: Proof = proven.proof
    return proof


def _proofs_of(session: Session) -> tuple[Proof, ...]:
    """Return how a session was proven. An older release stored only when; it was by a password or a wallet."""
    if session.proofs or session.auth_time is None:
        return session.proofs
    return (Proof("", as_utc(session.auth_time), frozenset({Kind.KNOWLEDGE}), ()),)


def _is_young(proof: Proof, *, now: datetime, minutes: float) -> bool:
    return not is_ahead(proof.at, now=now) and now - proof.at <= timedelta(minutes=minutes)
