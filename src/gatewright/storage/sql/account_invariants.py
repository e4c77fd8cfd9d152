"""Invariants of accounts that SQL cannot express: names are normalised, and hashes are readable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gatewright.errors import InvalidParameterError, UnreadableHashError
from gatewright.operations.names import canonical_name
from gatewright.passwords import read_hash
from gatewright.storage.sql.invariants import Breach, FetchAll, Rule

_PAGE = "SELECT id, username, email, password_hash FROM users WHERE id > :after ORDER BY id LIMIT 10000"
_OTHERS = "SELECT min(id) FROM users WHERE id <> :id AND (email = :name OR username = :name)"

_TWICE = Rule(
    "mailboxes",
    "accounts have a username or email address that another account has in a different spelling",
    "Whoever types it reaches the other account.",
    "Ask the owner which account to keep, and disable the other one: gatewright user disable",
    "",
)
_MISSPELT = Rule(
    "spellings",
    "accounts have a username or email address that is not normalised",
    "They cannot be found by it: input is normalised before it is looked up.",
    "It was not written by gatewright. Set it again: gatewright user rename, gatewright user email",
    "",
)
_UNREADABLE = Rule(
    "hashes",
    "accounts have a password hash that cannot be read",
    "Their owners' correct passwords are refused.",
    "Let them set a new one: gatewright user set-password, or an email from the login page.",
    "",
)


def account_breaches(fetch_all: FetchAll) -> Iterator[Breach]:
    """Check every account, a page at a time. Only reads.

    Args:
        fetch_all: Runs a query, as for `gatewright.storage.sql.invariants.breaches`.
    """
    found: dict[Rule, list[str]] = {_TWICE: [], _MISSPELT: [], _UNREADABLE: []}
    odd: dict[str, str] = {}
    for account_id, username, email, password_hash in _accounts(fetch_all):
        broken = {_spelling(fetch_all, odd, account_id, name) for name in filter(None, (username, email))}
        if not _is_readable(password_hash):
            broken.add(_UNREADABLE)
        for rule in found.keys() & broken:
            found[rule].append(account_id)
    for rule, ids in found.items():
        if ids:
            yield Breach(rule, len(ids), ids[0], ids[-1])


def _spelling(fetch_all: FetchAll, odd: dict[str, str], account_id: str, name: str) -> Rule | None:
    """Return the rule that a name breaks, if it is not normalised. ``odd`` collects such names and their accounts."""
    canonical = _canonical(name)
    if canonical == name:
        return None
    if canonical is None:
        return _MISSPELT
    ((other,),) = fetch_all(_OTHERS, {"id": account_id, "name": canonical})
    return _TWICE if other is not None or odd.setdefault(canonical, account_id) != account_id else _MISSPELT


def _accounts(fetch_all: FetchAll) -> Iterator[Sequence[Any]]:
    after = ""
    while page := fetch_all(_PAGE, {"after": after}):
        yield from page
        after = page[-1][0]


def _canonical(name: str) -> str | None:
    try:
        return canonical_name("name", name)
    except InvalidParameterError:
        return None


def _is_readable(password_hash: str | None) -> bool:
    try:
        return password_hash is None or read_hash(password_hash) is not None
    except UnreadableHashError:
        return False
