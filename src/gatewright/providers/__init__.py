"""Where users come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright.providers.chain import ChainUserProvider as ChainUserProvider
from gatewright.providers.credentials import CredentialsUserProvider as CredentialsUserProvider
from gatewright.providers.http.provider import HTTPUserProvider as HTTPUserProvider
from gatewright.providers.ldap.layout import LDAPLayout as LDAPLayout
from gatewright.providers.ldap.provider import LDAPUserProvider as LDAPUserProvider
from gatewright.providers.memory import MemoryUserProvider as MemoryUserProvider
from gatewright.providers.sql import SQLUserProvider as SQLUserProvider
from gatewright.providers.user_provider import UserProvider as UserProvider
from gatewright.providers.wallet import WalletUserProvider as WalletUserProvider

if TYPE_CHECKING:
    from gatewright.providers.table.provider import TableColumns as TableColumns
    from gatewright.providers.table.provider import TableUserProvider as TableUserProvider


def __getattr__(name: str) -> Any:
    """Import what needs SQLAlchemy, which takes its time, only where somebody asks for it."""
    if name in ("TableColumns", "TableUserProvider"):
        from gatewright.providers.table import provider

        return getattr(provider, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
