"""Count the users whom a policy asks for a second factor and who have none, without opening a store."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.storage.sql.invariants import FetchAll

_WITHOUT = """
    SELECT u.id FROM users AS u WHERE u.is_active
    AND NOT EXISTS (SELECT 1 FROM authenticators AS a WHERE a.account_id = u.id)
    AND NOT EXISTS (SELECT 1 FROM wallets AS w WHERE w.account_id = u.id)
"""
_OF_ROLE = f"{_WITHOUT} AND EXISTS (SELECT 1 FROM user_roles AS r WHERE r.account_id = u.id AND r.role = :role)"  # noqa: S608 - ours


def count_without_factor(fetch_all: FetchAll, *, roles: Iterable[str] | None) -> int:
    """Return how many active accounts have neither enrolled anything nor linked a wallet.

    Args:
        fetch_all: What runs a query.
        roles: Only those who have one of these roles, directly or by one that inherits it; None for everybody.
    """
    if roles is None:
        return len(fetch_all(_WITHOUT, {}))
    inherits = fetch_all("SELECT role, parent FROM role_parents", {})
    wanted = set(roles)
    while True:
        heirs = {role for role, parent in inherits if parent in wanted} - wanted
        if not heirs:
            break
        wanted |= heirs
    return len({user_id for role in wanted for (user_id,) in fetch_all(_OF_ROLE, {"role": role})})
