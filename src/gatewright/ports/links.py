"""Where the links in mails are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Link, QueuedMail


class LinkStore(Protocol):
    """Keeps the links of mails. Every method is one transaction."""

    async def add_link(self, link: Link, *, digest: bytes) -> None:
        """Keep a link under the SHA-256 of its secret. Older ones of its account and purpose are gone.

        A link without ``next_path`` takes over that of the one it replaces: who asks for another mail still wants to
        go to the same place.
        """
        ...

    async def find_link(self, digest: bytes, *, purpose: str, now: datetime) -> tuple[Link, Account] | None:
        """Return a link that can still be used, and its account, which is active.

        The account has still the address that the link was sent to, except where the link is to move it there
        (``email_change``).
        """
        ...

    async def verify_email(self, link_id: str, *, audit: AuditEntry) -> bool:
        """Spend a link on its account's verification, all or nothing; say whether this call did."""
        ...

    async def reset_password(self, link_id: str, new_hash: str, *, mail: QueuedMail, audit: AuditEntry) -> bool:
        """Spend a link on a new password, all or nothing; say whether this call did.

        The account's sessions, its other links of this purpose, those to another mail address, its remembered browsers
        and its pending steps are gone; its authenticators stay. ``mail`` tells the owner. From then on
        `AccountStore.is_password_by_mail`.
        """
        ...

    async def delete_expired_links(self, *, now: datetime, at_most: int) -> int:
        """Delete links that have expired and return how many; at most ``at_most`` in one call."""
        ...
