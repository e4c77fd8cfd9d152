"""Change an account's email address: the link goes only to the new address, and the old one is notified."""

from __future__ import annotations

from dataclasses import replace

from gatewright.errors import InvalidParameterError, TakenError
from gatewright.model import Account, QueuedMail, User
from gatewright.operations.accounts import require_account_of_id
from gatewright.operations.audit import entry
from gatewright.operations.links import refuse_link, require_link
from gatewright.operations.names import canonical_email
from gatewright.operations.outbox import (
    EMAIL_CHANGE,
    EMAIL_CHANGE_REQUESTED,
    EMAIL_CHANGED,
    Asker,
    is_one_too_many,
    limit_client,
    new_queued_mail,
    read_asker,
)
from gatewright.operations.parts import Parts
from gatewright.operations.users import user_of

_FAILED = "email_change_failed"


async def request_email_change(
    parts: Parts, user_id: object, email: object, *, asker: Asker, actor: str | None
) -> None:
    """Send a link to a new address, and notify the account's current one. Nothing changes until the link is used.

    If the new address belongs to somebody else, no link is sent. The response is the same: it reveals no accounts.

    Args:
        parts: The application's parts.
        user_id: The account's identifier.
        email: The new address.
        asker: Who asks.
        actor: Who asks, if not the user.

    Raises:
        UserNotFoundError: If there is no such user.
        InvalidParameterError: If the address is malformed, or is already the account's.
        RateLimitError: If the client has asked too often.
        Denied: If a ``pre_email_change`` hook refuses.
    """
    account = await require_account_of_id(parts, user_id)
    asked = await parts.hooks.pre_email_change.fire(user=await user_of(parts, account), email=email)
    address = canonical_email(asked["email"])
    if address == account.email:
        raise InvalidParameterError("The account already has this address.", parameter="email", reason="unchanged")
    await limit_client(parts, EMAIL_CHANGE, asker)
    is_too_many = await is_one_too_many(parts, EMAIL_CHANGE, email=address)
    is_taken = await parts.store.find_credentials(address) is not None
    reason = "rate_limited" if is_too_many else "taken" if is_taken else None
    requested = entry(
        parts,
        "email_change_requested",
        user_id=account.id,
        username=User(account).username,
        client=asker.ip_address,
        reason=reason,
        actor=actor,
    )
    link = None
    if reason is None:
        link = new_queued_mail(parts, EMAIL_CHANGE, account_id=account.id, email=address, asker=asker)
    notice = _notice_to(parts, account, EMAIL_CHANGE_REQUESTED, asker=asker)
    await parts.store.begin_email_change(account.id, link=link, notice=notice, audit=requested)
    parts.wake_mail_worker()


async def confirm_email_change(
    parts: Parts, token: str, *, ip_address: str | None, language: str | None, base_url: str | None
) -> User:
    """Change an account's address to the one that a link was sent to, which verifies it. The sessions stay.

    Args:
        parts: The application's parts.
        token: The secret in the link.
        ip_address: Where the request comes from, for the audit record.
        language: The language of the notice to the former address; by default the setting's.
        base_url: The URL of the site for that notice; by default the setting's.

    Raises:
        InvalidLinkError: If the link cannot be used.
        TakenError: If another account has taken the address meanwhile. The link is not used up.
    """
    asker = read_asker(parts, ip_address=ip_address, language=language, base_url=base_url)
    client = asker.ip_address
    link, account = await require_link(parts, _FAILED, token, purpose=EMAIL_CHANGE, client=client)
    username = User(account).username
    changed = entry(parts, "email_changed", user_id=account.id, username=username, client=client, reason=account.email)
    notice = _notice_to(parts, account, EMAIL_CHANGED, asker=asker)

    async def spend() -> User:
        try:
            is_spent = await parts.store.change_email(link.id, mail=notice, audit=changed)
        except TakenError:
            await refuse_link(parts, _FAILED, client=client, reason="taken", account=account)
            raise
        if not is_spent:
            raise await refuse_link(parts, _FAILED, client=client, reason="link_used", account=account)
        parts.wake_mail_worker()
        user = await user_of(parts, _moved(account, link.email))
        await parts.hooks.post_email_change.fire(user=user, former_email=account.email)
        return user

    return await parts.shield(spend())


def _notice_to(parts: Parts, account: Account, kind: str, *, asker: Asker) -> QueuedMail | None:
    """Return the notice to the account's current address, if it has one."""
    if account.email is None:
        return None
    return new_queued_mail(parts, kind, account_id=account.id, email=account.email, asker=asker)


def _moved(account: Account, email: str) -> Account:
    """Return an account as it is after the change; a username that was the old address changes with it."""
    username = email if account.username is not None and account.username == account.email else account.username
    return replace(account, email=email, username=username, is_verified=True)
