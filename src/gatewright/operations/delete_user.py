"""Delete an account and all personal data stored with it."""

from __future__ import annotations

from gatewright.errors import UserNotFoundError
from gatewright.model import Account
from gatewright.operations.accounts import require_account_of_id
from gatewright.operations.attempts import SECOND_STEP, SIGN_IN, account_name
from gatewright.operations.audit import entry
from gatewright.operations.outbox import ACCOUNT_DELETED, COUNTED, Asker, new_queued_mail
from gatewright.operations.parts import Parts
from gatewright.operations.users import OWN_PROVIDER, WALLET_PROVIDER, user_of

_PROVIDERS = (OWN_PROVIDER, WALLET_PROVIDER)
"""The providers under whose names attempts on an account in our own tables are counted."""


async def delete_user(parts: Parts, user_id: object, *, asker: Asker, actor: str | None) -> None:
    """Delete an account: its sessions end at once, and its names become available. The audit record keeps no names.

    The owner is notified by email, at an address that is known to be theirs.

    Args:
        parts: The application's parts.
        user_id: The account's identifier.
        asker: Who asks; determines the email's language.
        actor: Who deletes it, if not the user.

    Raises:
        UserNotFoundError: If there is no such user, or somebody else has just deleted them.
        Denied: If a ``pre_account_deletion`` hook refuses.
    """
    account = await require_account_of_id(parts, user_id)
    user = await user_of(parts, account)
    await parts.hooks.pre_account_deletion.fire(user=user)
    deleted = entry(parts, "user_deleted", user_id=account.id, actor=actor)
    notice = None
    if account.email is not None and account.is_verified:
        notice = new_queued_mail(parts, ACCOUNT_DELETED, account_id=None, email=account.email, asker=asker)
    attempts = await _attempts_on(parts, account)

    async def delete() -> None:
        if not await parts.store.delete_account(account.id, attempts=attempts, mail=notice, audit=deleted):
            raise UserNotFoundError("The account was deleted meanwhile.")
        parts.wake_mail_worker()
        await parts.hooks.post_account_deletion.fire(user=user)

    await parts.shield(delete())


async def _attempts_on(parts: Parts, account: Account) -> list[tuple[str, str]]:
    """Return the actions and names under which sign-ins to an account, and emails to its addresses, are counted."""
    names = await parts.store.names_of_account(account.id)
    mails = [(kind, name) for kind in (*COUNTED, *parts.methods) for name in names]
    counted = [account_name(provider, name) for provider in _PROVIDERS for name in names]
    return mails + [(action, name) for action in (SIGN_IN, SECOND_STEP) for name in counted]
