"""The password hashes that other providers' users were last seen with, in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from gatewright.model import AuditEntry
from gatewright.offload import quick
from gatewright.ports import Owner
from gatewright.storage.sql.stores.base import StoreBase


class SQLCredentials(StoreBase):
    """Implements `CredentialStore`."""

    @quick
    async def is_credential_current(self, owner: Owner, *, digest: bytes) -> bool:
        """Implement `CredentialStore`."""
        row = await self._database.fetch_one(self._statements.find_credential, asdict(owner))
        return row is not None and digest in row

    async def keep_credential(self, owner: Owner, *, digest: bytes, expires_at: datetime, audit: AuditEntry) -> bool:
        """Implement `CredentialStore`."""
        sql, which = self._statements, asdict(owner)
        lasting = which | {"expires_at": self._moment(expires_at)}
        async with self._database.transaction() as tx:
            await tx.lock_names(f"credential {owner.provider} {owner.user_id}")
            row = await tx.fetch_one(sql.find_credential, which)
            if row is not None and digest in row:
                await tx.execute(sql.prolong_credential, lasting)
                return False
            await tx.execute(sql.keep_credential, lasting | {"digest": digest, "previous_digest": None})
            if row is None:
                return False
            if await tx.change(sql.end_sessions_of_user, which | {"keep": ""}):
                await self._record(tx, audit)
            await self._forget_browsers(tx, user_id=owner.user_id, provider=owner.provider or "", account_id=None)
        return True

    async def renew_credential(self, owner: Owner, *, old: bytes, new: bytes, is_stored: bool) -> None:
        """Implement `CredentialStore`."""
        renewal = asdict(owner) | {"old": old, "new": new, "is_stored": is_stored}
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.renew_credential, renewal)

    async def delete_expired_credentials(self, *, now: datetime, at_most: int) -> int:
        """Implement `CredentialStore`."""
        return await self._delete(self._statements.delete_expired_credentials, now=self._moment(now), at_most=at_most)
