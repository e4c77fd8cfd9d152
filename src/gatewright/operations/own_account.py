"""What visitors do with their own account, each with fresh proof of who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gatewright.errors import InvalidParameterError, UnconfirmedError
from gatewright.model import Account, Session, User, as_utc
from gatewright.operations.accounts import account_has_password
from gatewright.operations.change_username import change_username
from gatewright.operations.delete_user import delete_user
from gatewright.operations.email_change import request_email_change
from gatewright.operations.export_user import export_user
from gatewright.operations.outbox import Asker
from gatewright.operations.own_password import confirm_password
from gatewright.operations.parts import Parts
from gatewright.operations.sessions import is_account

_FRESH = timedelta(minutes=10)
"""How long a signature of a wallet is a proof: as long as a challenge is good."""


async def require_fresh_proof(
    parts: Parts, session: Session, user: User, password: object, *, client: str | None
) -> str:
    """Prove a visitor once more, and return the identifier of their account.

    By the password, where the account has one. By a wallet that has signed in for this session a moment ago, where it
    has none.

    Args:
        parts: The application's parts.
        session: The visitor's session.
        user: The visitor.
        password: What they typed; None where they were asked for none.
        client: The address that they come from.

    Raises:
        InvalidParameterError: If the user is not in our own tables.
        UnconfirmedError: If the account has no password, and the visitor has not signed with a wallet recently.
        GatewrightError: What `attempt` raises where the password is not right.
    """
    if not is_account(user):
        raise InvalidParameterError(
            f"{session.provider} keeps this user. Only accounts of our own can be changed, exported or deleted here."
        )
    account: Account = user.entity
    if await account_has_password(parts, account):
        await confirm_password(parts, session, user, password, client=client)
    elif not session.is_fully_authenticated or parts.clock.now() - as_utc(session.created_at) > _FRESH:
        raise UnconfirmedError("The account has no password. Sign in with its wallet again, and go on at once.")
    return account.id


async def delete_own_account(parts: Parts, session: Session, user: User, *, password: object, asker: Asker) -> None:
    """Delete a visitor's account.

    Raises:
        GatewrightError: What `require_fresh_proof` and `delete_user` raise.
    """
    user_id = await require_fresh_proof(parts, session, user, password, client=asker.ip_address)
    await delete_user(parts, user_id, asker=asker, actor=None)


async def change_own_username(
    parts: Parts, session: Session, user: User, *, username: object, password: object, client: str | None
) -> None:
    """Give a visitor another username.

    Raises:
        GatewrightError: What `require_fresh_proof` and `change_username` raise.
    """
    user_id = await require_fresh_proof(parts, session, user, password, client=client)
    await change_username(parts, user_id, username, actor=None, client=client)


async def request_own_email_change(
    parts: Parts, session: Session, user: User, *, email: object, password: object, asker: Asker
) -> None:
    """Send a visitor the link to another mail address.

    Raises:
        GatewrightError: What `require_fresh_proof` and `request_email_change` raise.
    """
    user_id = await require_fresh_proof(parts, session, user, password, client=asker.ip_address)
    await request_email_change(parts, user_id, email, asker=asker, actor=None)


async def export_own_data(
    parts: Parts, session: Session, user: User, *, password: object, client: str | None
) -> dict[str, Any]:
    """Give a visitor everything that is kept about them.

    Raises:
        GatewrightError: What `require_fresh_proof` and `export_user` raise.
    """
    user_id = await require_fresh_proof(parts, session, user, password, client=client)
    return await export_user(parts, user_id, actor=None, client=client)
