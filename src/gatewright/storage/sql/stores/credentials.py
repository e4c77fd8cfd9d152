"""The password hashes that other providers' users were last seen with, in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from gatewright.model import AuditEntry
from gatewright.offload import quick
from gatewright.ports import Owner
from gatewright.storage.sql.rows import Row
from gatewright.storage.sql.stores.base import StoreBase

_DIGEST_BYTES = 32
_AT_MOST = 8
"""How many other hashes of one password are known: of requests that renewed it at once, or died meanwhile."""


class SQLCredentials(StoreBase):
    """Implements `CredentialStore`."""

    @quick
    async def is_credential_current(self, owner: Owner, *, digest: bytes) -> bool:
        """Implement `CredentialStore`."""
        row = await self._database.fetch_one(self._statements.find_credential, asdict(owner))
        return digest in _known(row)

    async def keep_credential(self, owner: Owner, *, digest: bytes, expires_at: datetime, audit: AuditEntry) -> bool:
        """Implement `CredentialStore`."""
        sql, which = self._statements, asdict(owner)
        lasting = which | {"expires_at": self._moment(expires_at)}
        async with self._database.transaction() as tx:
            await tx.lock_names(_lock_of(owner))
            row = await tx.fetch_one(sql.find_credential, which)
            if digest in _known(row):
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
        sql, which = self._statements, asdict(owner)
        async with self._database.transaction() as tx:
            await tx.lock_names(_lock_of(owner))
            known = _known(await tx.fetch_one(sql.find_credential, which))
            if old in known:
                others = [old] if is_stored else [old, *(each for each in known if each not in (old, new))]
                await tx.execute(sql.renew_credential, which | {"new": new, "others": b"".join(others[:_AT_MOST])})

    async def delete_expired_credentials(self, *, now: datetime, at_most: int) -> int:
        """Implement `CredentialStore`."""
        return await self._delete(self._statements.delete_expired_credentials, now=self._moment(now), at_most=at_most)


def _known(row: Row | None) -> list[bytes]:
    """Return the digests of a user's password hashes, the latest first: all are of one password."""
    if row is None:
        return []
    digest, others = row
    if others is None:  # as for nearly every user
        return [digest]
    return [digest, *(others[start : start + _DIGEST_BYTES] for start in range(0, len(others), _DIGEST_BYTES))]


def _lock_of(owner: Owner) -> str:
    return f"credential {owner.provider} {owner.user_id}"
