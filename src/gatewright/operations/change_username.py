"""Change an account's username. Its user stays signed in."""

from __future__ import annotations

from dataclasses import replace

from gatewright.errors import UserNotFoundError
from gatewright.model import User
from gatewright.operations.accounts import require_account_of_id, require_own_username
from gatewright.operations.audit import entry
from gatewright.operations.names import canonical_name
from gatewright.operations.parts import Parts
from gatewright.operations.users import user_of


async def change_username(
    parts: Parts, user_id: object, username: object, *, actor: str | None, client: str | None = None
) -> User:
    """Change an account's username. Its sessions and remembered browsers remain; its old name becomes available.

    Args:
        parts: The application's parts.
        user_id: The account's identifier.
        username: The new name.
        actor: Who changes it, if not the user.
        client: The address that the request comes from, for the audit record.

    Raises:
        UserNotFoundError: If there is no such user.
        InvalidParameterError: If the name is invalid.
        TakenError: If the name is already taken.
        Denied: If a ``pre_username_change`` hook refuses.
    """
    account = await require_account_of_id(parts, user_id)
    user = await user_of(parts, account)
    asked = await parts.hooks.pre_username_change.fire(user=user, username=username)
    name = canonical_name("username", asked["username"])
    require_own_username(name, email=account.email)
    if name == account.username:
        return user
    changed = entry(
        parts,
        "username_changed",
        user_id=account.id,
        username=User(account).username,
        client=client,
        reason=name,
        actor=actor,
    )

    async def save() -> User:
        if not await parts.store.change_username(account.id, name, audit=changed):
            raise UserNotFoundError("The account was deleted meanwhile.")
        renamed = await user_of(parts, replace(account, username=name))
        await parts.hooks.post_username_change.fire(user=renamed, former_username=account.username)
        return renamed

    return await parts.shield(save())
