"""Where users come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright.providers.chain import ChainUserProvider
from gatewright.providers.credentials import CredentialsUserProvider
from gatewright.providers.http.provider import HTTPUserProvider
from gatewright.providers.ldap.layout import LDAPLayout
from gatewright.providers.ldap.provider import LDAPUserProvider
from gatewright.providers.memory import MemoryUserProvider
from gatewright.providers.sql import SQLUserProvider
from gatewright.providers.user_provider import UserProvider
from gatewright.providers.wallet import WalletUserProvider

if TYPE_CHECKING:
    from gatewright.providers.table.provider import TableColumns, TableUserProvider

__all__ = [
    "ChainUserProvider",
    "CredentialsUserProvider",
    "HTTPUserProvider",
    "LDAPLayout",
    "LDAPUserProvider",
    "MemoryUserProvider",
    "SQLUserProvider",
    "TableColumns",
    "TableUserProvider",
    "UserProvider",
    "WalletUserProvider",
]


def __getattr__(name: str) -> Any:
    """Import what needs SQLAlchemy, which is slow to import, only on demand."""
    if name in ("TableColumns", "TableUserProvider"):
        from gatewright.providers.table import provider

        return getattr(provider, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
