"""Storage for profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gatewright.model import AuditEntry


class ProfileStore(Protocol):
    """Stores accounts' profiles. Every method is one transaction."""

    async def find_profile(self, account_id: str) -> dict[str, str]:
        """Return the fields of an account's profile; none if nothing has been stored."""
        ...

    async def save_profile(self, account_id: str, profile: Mapping[str, str], *, audit: AuditEntry) -> None:
        """Store the fields of an account's profile, replacing all that it had."""
        ...
