"""Storage for digests of the password hashes that other providers' users were last seen with."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import AuditEntry
from gatewright.ports.sessions import Owner


class CredentialStore(Protocol):
    """Stores a digest of each user's password hash, to detect changes. Every method is one transaction.

    Only for other providers' users: changing the password of one of gatewright's accounts ends its sessions directly.
    """

    async def is_credential_current(self, owner: Owner, *, digest: bytes) -> bool:
        """Return whether a user was last seen with the password hash that has this digest, or is being given it."""
        ...

    async def keep_credential(self, owner: Owner, *, digest: bytes, expires_at: datetime, audit: AuditEntry) -> bool:
        """Store the digest of a user's password hash. If a different one was stored, their sessions end.

        Their remembered browsers are then forgotten too: each could open another session.

        Args:
            owner: The user.
            digest: SHA-256 of the password hash that they have now.
            expires_at: The time by which every session and remembered browser that exists now will have expired.
            audit: What to record if sessions end.

        Returns:
            Whether a different one was stored.
        """
        ...

    async def renew_credential(self, owner: Owner, *, old: bytes, new: bytes, is_stored: bool) -> None:
        """Treat a new hash of the same password as equivalent to the old one, if the old one is not outdated.

        Requests that renew one hash at the same time each announce a new one before any is stored.

        Args:
            owner: The user.
            old: SHA-256 of the hash that they had.
            new: SHA-256 of the hash that they have been given, or are about to be.
            is_stored: Whether the new one is certain to have been stored. Then other hashes that were announced for
                the old one are outdated: they will never be stored.
        """
        ...

    async def delete_expired_credentials(self, *, now: datetime, at_most: int) -> int:
        """Delete what no session can need any more and return how many; at most ``at_most`` in one call."""
        ...
