"""Where profiles are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gatewright.model import AuditEntry


class ProfileStore(Protocol):
    """Keeps accounts' profiles. Every method is one transaction."""

    async def find_profile(self, account_id: str) -> dict[str, str]:
        """Return the fields of an account's profile; none where nothing has been kept."""
        ...

    async def save_profile(self, account_id: str, profile: Mapping[str, str], *, audit: AuditEntry) -> None:
        """Keep the fields of an account's profile, in the place of all it had."""
        ...
