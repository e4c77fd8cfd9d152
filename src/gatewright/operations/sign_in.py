"""Sign-in as a state machine: it collects proofs until the policy is met. Until then the visitor is a guest.

Whatever the methods and their order, this is the only place that turns proofs into a session.
"""

from __future__ import annotations

from dataclasses import replace

from gatewright.errors import SecondFactorRequiredError
from gatewright.model import Session, User
from gatewright.operations.changed_passwords import has_changed, has_still, note_password
from gatewright.operations.factors import settle_reset
from gatewright.operations.second_factor import needs_second_factor, usable_methods
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step, data_of, owner_of
from gatewright.operations.visits import open_visit, reload_user
from gatewright.proofs import Proof, read_proofs, with_proof, write_proofs

SIGN_IN = "sign_in"
"""The kind of a pending step in which a user has given a first proof, and must give a second."""


async def advance(
    step: Step, user: User, proof: Proof, *, provider: str, previous_secret: str | None, method: str | None = None
) -> Session:
    """Process a proof that has just been verified: open a session, or ask for a second factor.

    It counts together with the earlier proofs of the step's user, from a pending sign-in or from their session. If it
    is somebody else's proof, the sign-in starts over.

    Args:
        step: The step.
        user: The user whose proof it is.
        proof: The proof.
        provider: The provider that reloads the user.
        previous_secret: The secret of the visit's session, which the new one replaces.
        method: The method in the audit record; by default the proof's.

    Returns:
        The session; its ``token`` is the secret that the session mapping contains from now on.

    Raises:
        SecondFactorRequiredError: If the policy requires more. The sign-in stays pending.
        InvalidProofError: If another request has just finished the pending sign-in.
        GatewrightError: What `open_visit` raises.
    """
    if step.user is not None and owner_of(step.user) != owner_of(user):
        step = replace(step, proofs=(), waiting=None)
    proofs = with_proof(step.proofs, proof)
    step = replace(step, user=user, proofs=proofs, provider=provider)
    await settle_reset(step, proof)
    await require_no_more(step)
    await _note_name(step)
    if step.waiting is not None:
        await step.claim(step.waiting)
    return await open_visit(
        step.parts,
        user,
        provider=provider,
        previous_secret=previous_secret,
        device=step.device,
        method=method or proof.method,
        proven_by=write_proofs(proofs),
    )


async def _note_name(step: Step) -> None:
    """Update the name under which a user's authenticators load them, if their provider has renamed them.

    A passkey that begins a sign-in asks the provider for the stored name.
    """
    user = step.require_user()
    if is_account(user):
        return
    enrolled = [each for some in (await step.enrolled()).values() for each in some]
    if any(each.username != user.username for each in enrolled):
        await step.parts.store.note_username(owner_of(user), user.username)
        step.forget_enrolled()


async def waiting_step(beginning: Step) -> Step | None:
    """Return the step of this browser's pending sign-in, or None.

    Its user is loaded again. There is none if the user may no longer sign in, or has changed their password.

    Args:
        beginning: The step of a guest in this browser.
    """
    kept = await beginning.kept(SIGN_IN)
    if kept is None or kept.provider is None or kept.username is None:
        return None
    parts, provider, data = beginning.parts, kept.provider, data_of(kept)
    user = await reload_user(parts, provider=provider, username=kept.username)
    if user is None or user.id != kept.user_id or await has_changed(parts, user, provider=provider):
        return None
    noted = data.get("password")  # steps of an older release have none
    if noted is not None and not await has_still(parts, user, bytes.fromhex(noted), provider=provider):
        return None
    return replace(beginning, user=user, proofs=read_proofs(data["proofs"]), provider=provider, waiting=kept)


async def require_no_more(step: Step) -> None:
    """Return if the proofs are enough; otherwise store them until the second factor is given, and raise.

    Args:
        step: The step, with the user and their proofs. Without a browser nothing is stored.

    Raises:
        SecondFactorRequiredError: If the policy requires more. Lists the methods that the user can continue with.
    """
    if not await needs_second_factor(step, step.proofs):
        return
    methods = [method.name for method in await usable_methods(step, is_second=True)]
    if step.browser is not None:
        noted = await note_password(step.parts, step.require_user(), provider=step.provider)
        await step.keep(
            SIGN_IN, {"proofs": write_proofs(step.proofs), "password": None if noted is None else noted.hex()}
        )
    raise SecondFactorRequiredError("The first proof was right. A second factor is required.", methods=methods)
