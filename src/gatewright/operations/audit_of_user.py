"""The audit record of one user, whatever their name was at the time."""

from __future__ import annotations

from gatewright.model import AuditEntry, User
from gatewright.operations.parts import Parts
from gatewright.operations.sessions import is_account
from gatewright.operations.users import OWN_PROVIDER, WALLET_PROVIDER
from gatewright.ports import AuditFilter


async def newest_audit_of(parts: Parts, user: User, *, at_most: int) -> list[AuditEntry]:
    """Return the newest lines of the audit record about a user, oldest first. Names are not compared: they change.

    Users of two providers may have the same identifier.
    """
    found = await parts.store.list_audit(AuditFilter(user_id=user.id, at_most=at_most, newest=True))
    providers = {user.provider_name} | ({None, OWN_PROVIDER, WALLET_PROVIDER} if is_account(user) else set())
    return [line for _, line in found if line.provider in providers]
