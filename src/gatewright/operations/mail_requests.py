"""A visitor asks for a mail to an address. The answer never tells whether the address has an account."""

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
    """Write a mail to an account's own address, or none: the answer and the work are the same.

    The caller wakes the mail worker, after all that it has to write itself: only a mail that exists is sent, and its
    sending would slow down what is written meanwhile, and so tell who has an account.

    Args:
        parts: The application's parts.
        event: What to record.
        kind: The mail's kind.
        email: The mail address that was typed.
        asker: Who asks.
        window: How long a request counts for the limits; by default as long as a link is good.

    Returns:
        The account and the mail, where there is one: nobody who is not known yet may be told.

    Raises:
        InvalidParameterError: If what was typed has not the shape of a mail address.
        RateLimitError: If the client has asked too often, for whatever addresses.
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
