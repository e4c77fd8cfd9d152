"""What the commands show of a user."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatewright.auth import Auth
    from gatewright.model import Account, User


def account_fields(account: Account) -> dict[str, Any]:
    """Return the fields of an account, by name."""
    return asdict(account)


def user_fields(auth: Auth, user: User) -> dict[str, Any]:
    """Return the fields of a user, with wallets and rights, by name."""
    return account_fields(user.entity) | {
        "wallets": auth.list_wallets(user.username),
        "roles": list(user.roles),
        "permissions": list(user.permissions),
    }


def cell_of(value: object) -> str:
    """Return a field as text for people."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="seconds")
        case list():
            return ", ".join(map(str, value))
        case _:
            return "" if value is None else str(value)
