"""Storage for the links in emails."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import Account, AuditEntry, Link, QueuedMail


class LinkStore(Protocol):
    """Stores the links in emails. Every method is one transaction."""

    async def add_link(self, link: Link, *, digest: bytes) -> None:
        """Store a link under the SHA-256 of its secret, replacing older ones of the same account and purpose.

        A link without ``next_path`` takes over that of the one it replaces: whoever requests another email still wants
        to go to the same place.
        """
        ...

    async def find_link(self, digest: bytes, *, purpose: str, now: datetime) -> tuple[Link, Account] | None:
        """Return a link that can still be used, and its account, which is active.

        The account still has the address that the link was sent to, unless the link is for changing to it
        (``email_change``).
        """
        ...

    async def verify_email(self, link_id: str, *, audit: AuditEntry) -> bool:
        """Use up a link to verify its account, atomically; return whether this call did."""
        ...

    async def reset_password(self, link_id: str, new_hash: str, *, mail: QueuedMail, audit: AuditEntry) -> bool:
        """Use up a link to set a new password, atomically; return whether this call did.

        The account's sessions end. Its other links of this purpose, those for a change of address, its remembered
        browsers and its pending steps are deleted; its authenticators stay. ``mail`` notifies the owner. From then on
        `AccountStore.is_password_by_mail` holds.
        """
        ...

    async def delete_expired_links(self, *, now: datetime, at_most: int) -> int:
        """Delete expired links and return how many; at most ``at_most`` in one call."""
        ...
