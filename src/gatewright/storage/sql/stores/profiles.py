"""Profiles in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gatewright.model import AuditEntry
from gatewright.storage.sql.stores.base import StoreBase


class SQLProfiles(StoreBase):
    """Implements `ProfileStore`."""

    async def find_profile(self, account_id: str) -> dict[str, str]:
        """Implement `ProfileStore`."""
        row = await self._database.fetch_one(self._statements.find_profile, {"account_id": account_id})
        profile: dict[str, str] = {} if row is None else json.loads(row[0])
        return profile

    async def save_profile(self, account_id: str, profile: Mapping[str, str], *, audit: AuditEntry) -> None:
        """Implement `ProfileStore`."""
        async with self._database.transaction() as tx:
            await tx.execute(self._statements.save_profile, profile_row(account_id, profile))
            await self._record(tx, audit)


def profile_row(account_id: str, profile: Mapping[str, str]) -> dict[str, object]:
    """Convert a profile to its row."""
    return {"account_id": account_id, "fields": json.dumps(dict(profile), ensure_ascii=False)}
