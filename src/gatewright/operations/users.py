"""Users of our own tables, with their rights."""

from __future__ import annotations

from gatewright.model import Account, User
from gatewright.operations.arguments import could_be_id
from gatewright.operations.parts import Parts

_NAMED, _NAMELESS = "SQLUserProvider", "WalletUserProvider"
"""Which of our providers reloads an account: by a name of its own, or by its wallet."""


async def find_user(parts: Parts, user_id: object) -> User | None:
    """Return the user with this identifier, active or not, or None."""
    account = await parts.store.find_account(user_id) if could_be_id(user_id) else None
    return None if account is None else await user_of(parts, account)


async def user_of(parts: Parts, account: Account) -> User:
    """Return the user of an account, with the roles and permissions that it has now."""
    rights = await parts.store.rights_of(account.id)
    user = User(account, rights.roles, rights.permissions)
    user.provider_name = _NAMED if account.username or account.email else _NAMELESS
    return user
