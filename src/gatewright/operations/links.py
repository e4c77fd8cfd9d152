"""Links in emails: created when the email is sent, for a single use, a limited time and one address."""

from __future__ import annotations

from gatewright.errors import InvalidLinkError, InvalidParameterError
from gatewright.model import Account, Link, QueuedMail, User, is_ahead
from gatewright.operations.arguments import is_possible_id
from gatewright.operations.audit import entry
from gatewright.operations.outbox import PURPOSES, life_of_links
from gatewright.operations.parts import Parts
from gatewright.operations.visits import digest_of


async def mint_link(parts: Parts, mail: QueuedMail, *, account_id: str) -> str:
    """Create the link of an email to an account, which replaces its older ones, and return its secret.

    Only the secret's digest is stored: somebody who can read the database cannot use a link.
    """
    now, token = parts.clock.now(), parts.new_secret()
    link = Link(
        id=parts.new_id(),
        purpose=mail.kind,
        account_id=account_id,
        email=mail.email,
        created_at=now,
        expires_at=now + life_of_links(parts),
        next_path=mail.next_path,
    )
    await parts.store.add_link(link, digest=digest_of(token))
    return token


async def find_link(parts: Parts, token: object, *, purpose: str) -> Link | None:
    """Return a link that could be used now. Changes nothing: mail scanners open links before their readers do.

    Raises:
        InvalidParameterError: If there is no such purpose.
    """
    if purpose not in PURPOSES:
        raise InvalidParameterError(f"purpose must be one of: {', '.join(PURPOSES)}.", parameter="purpose")
    found = await _find(parts, token, purpose)
    return None if found is None else found[0]


async def require_link(
    parts: Parts, failed: str, token: object, *, purpose: str, client: str | None
) -> tuple[Link, Account]:
    """Return a usable link and its account.

    Args:
        parts: The application's parts.
        failed: The event to record if there is none.
        token: The secret in the link.
        purpose: What the link is to be used for.
        client: Where the request comes from.

    Raises:
        InvalidLinkError: If it is unknown, used, expired, replaced by a newer one, or for an address that the account
            no longer has.
    """
    found = await _find(parts, token, purpose)
    if found is None:
        raise await refuse_link(parts, failed, client=client, reason="link_unknown")
    return found


async def refuse_link(
    parts: Parts, failed: str, *, client: str | None, reason: str, account: Account | None = None
) -> InvalidLinkError:
    """Record that a link could not be used, and return the error to raise."""
    user_id, username = (None, None) if account is None else (account.id, User(account).username)
    refused = entry(parts, failed, user_id=user_id, username=username, client=client, reason=reason)
    await parts.store.add_audit(refused)
    return InvalidLinkError(reason=reason)


async def _find(parts: Parts, token: object, purpose: str) -> tuple[Link, Account] | None:
    if not is_possible_id(token):
        return None
    now = parts.clock.now()
    found = await parts.store.find_link(digest_of(token), purpose=purpose, now=now)
    return None if found is None or is_ahead(found[0].created_at, now=now) else found
