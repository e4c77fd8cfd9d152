"""Where the password hashes are kept with which other providers' users were last seen."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gatewright.model import AuditEntry
from gatewright.ports.sessions import Owner


class CredentialStore(Protocol):
    """Keeps a digest of each user's password hash, to notice a change. Every method is one transaction.

    Only another provider's users are in it: whoever changes the password of an account ends its sessions then.
    """

    async def is_credential_current(self, owner: Owner, *, digest: bytes) -> bool:
        """Say whether a user was last seen with the password hash that has this digest, or is being given it."""
        ...

    async def keep_credential(self, owner: Owner, *, digest: bytes, expires_at: datetime, audit: AuditEntry) -> bool:
        """Keep the digest of a user's password hash. Where another one was kept, their sessions end.

        Their remembered browsers are forgotten: each could open another session.

        Args:
            owner: The user.
            digest: SHA-256 of the password hash that they have now.
            expires_at: When no session and no remembered browser can be left that has begun by now.
            audit: What to record if sessions end.

        Returns:
            Whether another one was kept.
        """
        ...

    async def renew_credential(self, owner: Owner, *, old: bytes, new: bytes, is_stored: bool) -> None:
        """Take a new hash of the same password for the old one's equal, where the old one is the latest.

        Args:
            owner: The user.
            old: SHA-256 of the hash that they had.
            new: SHA-256 of the hash that they have been given, or are about to be.
            is_stored: Whether it is certain that they have the new one. Then it also takes the place of another hash
                that was announced for the old one and may never have been stored.
        """
        ...

    async def delete_expired_credentials(self, *, now: datetime, at_most: int) -> int:
        """Delete what no session can need any more and return how many; at most ``at_most`` in one call."""
        ...
