"""Handle a visitor's request for an email. The response never reveals whether the address has an account."""

from __future__ import annotations

from datetime import timedelta

from gatewright.model import Account, QueuedMail, User
from gatewright.operations.audit import entry
from gatewright.operations.names import canonical_email
from gatewright.operations.outbox import Asker, is_one_too_many, limit_client, new_queued_mail, objection_to
from gatewright.operations.parts import Parts


async def request_mail(
    parts: Parts, event: str, *, kind: str, email: object, asker: Asker, window: timedelta | None = None
) -> tuple[Account, QueuedMail] | None:
    """Queue an email to an account's own address, or none: the response and the work are the same.

    The caller wakes the mail worker after all its own writes: only an email that exists is sent, and sending it would
    slow down concurrent writes, and so reveal who has an account.

    Args:
        parts: The application's parts.
        event: The event to record.
        kind: The email's kind.
        email: The email address as typed.
        asker: Who asks.
        window: How long a request counts towards the limits; by default the lifetime of a link.

    Returns:
        The account and the email, if there is one. Never reveal this to an unauthenticated visitor.

    Raises:
        InvalidParameterError: If the address is malformed.
        RateLimitError: If the client has asked too often, for any addresses.
    """
    address = canonical_email(email)
    await limit_client(parts, kind, asker, window=window)
    is_refused = await is_one_too_many(parts, kind, email=address, window=window)
    found = await parts.store.find_credentials(address)
    account = None if found is None else found[0]
    reason = "rate_limited" if is_refused else objection_to(kind, email=address, account=account)
    requested = entry(
        parts,
        event,
        user_id=None if account is None else account.id,
        username=address if account is None else User(account).username,
        client=asker.ip_address,
        reason=reason,
    )
    account_id = None if account is None else account.id
    mail = new_queued_mail(parts, kind, account_id=account_id, email=address, asker=asker)
    await parts.store.queue_mail(mail, audit=requested, is_due=reason is None)
    return None if account is None or reason is not None else (account, mail)
