"""Verify an email address: only its owner can read the link."""

from __future__ import annotations

from dataclasses import replace

from gatewright.model import User
from gatewright.operations.audit import entry
from gatewright.operations.links import refuse_link, require_link
from gatewright.operations.mail_requests import request_mail
from gatewright.operations.outbox import EMAIL_VERIFICATION, Asker, read_asker
from gatewright.operations.parts import Parts
from gatewright.operations.users import user_of


async def request_email_verification(parts: Parts, email: str, *, asker: Asker) -> None:
    """Send a link if there is an account with this address that is not verified. The caller is not told which.

    Raises:
        InvalidParameterError: If the address is malformed.
        RateLimitError: If the client has asked too often.
    """
    await request_mail(parts, "email_verification_requested", kind=EMAIL_VERIFICATION, email=email, asker=asker)
    parts.wake_mail_worker()


async def verify_email(parts: Parts, token: str, *, ip_address: str | None) -> User:
    """Mark an account as verified, through the link that was sent to its address.

    Args:
        parts: The application's parts.
        token: The secret in the link.
        ip_address: Where the request comes from, for the audit record.

    Raises:
        InvalidLinkError: If the link cannot be used.
        Denied: If a ``pre_email_verification`` hook refuses.
    """
    client = read_asker(parts, ip_address=ip_address).ip_address
    link, account = await require_link(
        parts, "email_verification_failed", token, purpose=EMAIL_VERIFICATION, client=client
    )
    await parts.hooks.pre_email_verification.fire(user=await user_of(parts, account))
    username = User(account).username
    verified = entry(parts, "email_verified", user_id=account.id, username=username, client=client)

    async def spend() -> User:
        if not await parts.store.verify_email(link.id, audit=verified):
            raise await refuse_link(
                parts, "email_verification_failed", client=client, reason="link_used", account=account
            )
        user = await user_of(parts, replace(account, is_verified=True))
        await parts.hooks.post_email_verification.fire(user=user)
        return user

    return await parts.shield(spend())
