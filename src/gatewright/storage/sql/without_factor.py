"""Finds users who lack a second factor that a policy requires, and users that it misses, without opening a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gatewright.storage.sql.invariants import FetchAll

_WITHOUT = """
    SELECT u.id FROM users AS u WHERE u.is_active
    AND NOT EXISTS (SELECT 1 FROM authenticators AS a WHERE a.account_id = u.id AND ({is_of_method}))
"""
_NOR_WALLET = " AND NOT EXISTS (SELECT 1 FROM wallets AS w WHERE w.account_id = u.id)"
_OF_ROLE = " AND EXISTS (SELECT 1 FROM user_roles AS r WHERE r.account_id = u.id AND r.role = :role)"


def undeclared_roles(fetch_all: FetchAll, roles: Iterable[str]) -> list[str]:
    """Return which roles have not been declared. Users of another provider may have them all the same."""
    declared = {name for (name,) in fetch_all("SELECT name FROM roles", {})}
    return [role for role in roles if role not in declared]


def count_enrolled(fetch_all: FetchAll) -> dict[str, int]:
    """Return how many users have enrolled each method, including methods that are no longer configured."""
    found = fetch_all("SELECT DISTINCT method, provider, user_id FROM authenticators", {})
    return dict(Counter(method for method, _, _ in found))


def count_without_factor(
    fetch_all: FetchAll, *, methods: Iterable[str], roles: Iterable[str] | None, is_wallet_enough: bool
) -> int:
    """Return how many active accounts have neither enrolled a method nor linked a wallet that is enough by itself.

    Args:
        fetch_all: Runs a query.
        methods: The configured methods: no other counts, even if enrolled.
        is_wallet_enough: Whether the signature of a wallet needs no second factor.
        roles: Only accounts with one of these roles, directly or through a role that inherits it; None for all.
    """
    names = {f"method_{number}": name for number, name in enumerate(methods)}
    is_of_method = " OR ".join(f"a.method = :{parameter}" for parameter in names)
    without = _WITHOUT.format(is_of_method=is_of_method) + (_NOR_WALLET if is_wallet_enough else "")
    if roles is None:
        return len(fetch_all(without, names))
    inherits = fetch_all("SELECT role, parent FROM role_parents", {})
    wanted = set(roles)
    while True:
        heirs = {role for role, parent in inherits if parent in wanted} - wanted
        if not heirs:
            break
        wanted |= heirs
    return len({user_id for role in wanted for (user_id,) in fetch_all(without + _OF_ROLE, names | {"role": role})})
