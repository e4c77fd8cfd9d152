"""What visitors do with their own account, each action with a fresh proof."""

from __future__ import annotations

from typing import Any

from gatewright.model import Session
from gatewright.operations.accounts import require_account_of_id, set_password_of
from gatewright.operations.change_username import change_username
from gatewright.operations.delete_user import delete_user
from gatewright.operations.email_change import request_email_change
from gatewright.operations.export_user import export_user
from gatewright.operations.fresh_proof import require_fresh_proof
from gatewright.operations.outbox import Asker
from gatewright.operations.step import Step
from gatewright.proofs import Proof


async def change_own_password(
    step: Step, session: Session, *, current: object, new: str, asker: Asker
) -> tuple[Proof, ...]:
    """Change a visitor's password, end all their sessions but this one, and return their proofs.

    Args:
        step: The step, with the visitor.
        session: Their session.
        current: Their current password as typed; None if they typed none.
        new: The new password, checked against the policy.
        asker: Who asks; determines the notice's language and where it leads.

    Raises:
        WeakPasswordError: If the new password is too easy to guess.
        GatewrightError: What `require_fresh_proof` and `set_password_of` raise.
    """
    proofs = await require_fresh_proof(step, session, current)
    account = await require_account_of_id(step.parts, step.require_user().id)  # their name may be another's by now
    await set_password_of(step.parts, account, new, keep_session=session.id, actor=None, asker=asker)
    return proofs


async def delete_own_account(step: Step, session: Session, *, password: object, asker: Asker) -> None:
    """Delete a visitor's account.

    Raises:
        GatewrightError: What `require_fresh_proof` and `delete_user` raise.
    """
    await require_fresh_proof(step, session, password)
    await delete_user(step.parts, step.require_user().id, asker=asker, actor=None)


async def change_own_username(step: Step, session: Session, *, username: object, password: object) -> None:
    """Change a visitor's username.

    Raises:
        GatewrightError: What `require_fresh_proof` and `change_username` raise.
    """
    await require_fresh_proof(step, session, password)
    await change_username(step.parts, step.require_user().id, username, actor=None, client=step.device.ip_address)


async def request_own_email_change(
    step: Step, session: Session, *, email: object, password: object, asker: Asker
) -> None:
    """Send a visitor the link for changing their email address.

    Raises:
        GatewrightError: What `require_fresh_proof` and `request_email_change` raise.
    """
    await require_fresh_proof(step, session, password)
    await request_email_change(step.parts, step.require_user().id, email, asker=asker, actor=None)


async def export_own_data(step: Step, session: Session, *, password: object) -> dict[str, Any]:
    """Return everything that is stored about a visitor.

    Raises:
        GatewrightError: What `require_fresh_proof` and `export_user` raise.
    """
    await require_fresh_proof(step, session, password)
    return await export_user(step.parts, step.require_user().id, actor=None, client=step.device.ip_address)
