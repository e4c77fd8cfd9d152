"""Reset a forgotten password: only a reader of the account's email has the link."""

from __future__ import annotations

from gatewright.model import User
from gatewright.operations.accounts import check_password
from gatewright.operations.audit import entry
from gatewright.operations.links import refuse_link, require_link
from gatewright.operations.mail_requests import request_mail
from gatewright.operations.outbox import PASSWORD_CHANGED, PASSWORD_RESET, Asker, new_queued_mail
from gatewright.operations.parts import Parts
from gatewright.operations.users import user_of


async def request_password_reset(parts: Parts, email: str, *, asker: Asker) -> None:
    """Send a link if there is an active account with this address. The caller is not told whether there is one.

    Raises:
        InvalidParameterError: If the address is malformed.
        RateLimitError: If the client has asked too often.
    """
    await request_mail(parts, "password_reset_requested", kind=PASSWORD_RESET, email=email, asker=asker)
    parts.wake_mail_worker()


async def reset_password(parts: Parts, token: str, password: str, *, asker: Asker) -> User:
    """Set a new password through an emailed link. All sessions of the user end, and none is opened.

    Args:
        parts: The application's parts.
        token: The secret in the link.
        password: The new password, checked against the policy; if it is refused, the link remains valid.
        asker: Who asks; determines the notice's language and where it leads.

    Raises:
        InvalidLinkError: If the link cannot be used.
        WeakPasswordError: If the password is too easy to guess.
        Denied: If a ``pre_password_reset`` hook refuses.
    """
    client = asker.ip_address
    link, account = await require_link(parts, "password_reset_failed", token, purpose=PASSWORD_RESET, client=client)
    user = await user_of(parts, account)
    await parts.hooks.pre_password_reset.fire(user=user)
    check_password(parts, password, of=account)
    password_hash = await parts.passwords.hash(password)
    notice = new_queued_mail(parts, PASSWORD_CHANGED, account_id=account.id, email=link.email, asker=asker)
    username = User(account).username
    reset = entry(parts, "password_reset", user_id=account.id, username=username, client=client)

    async def spend() -> User:
        if not await parts.store.reset_password(link.id, password_hash, mail=notice, audit=reset):
            raise await refuse_link(parts, "password_reset_failed", client=client, reason="link_used", account=account)
        parts.wake_mail_worker()
        await parts.hooks.post_password_reset.fire(user=user)
        return user

    return await parts.shield(spend())
