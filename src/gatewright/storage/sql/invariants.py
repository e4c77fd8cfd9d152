"""Invariants of the tables, in plain SQL that both SQLite and PostgreSQL understand.

The database enforces some of them, unless somebody bypasses it: a shell, a restored table, another program. Each rule
is a query for its violations, so that an empty result means that all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gatewright.storage.sql.migrate import HEAD

FetchAll = Callable[[str, Mapping[str, object]], Sequence[Sequence[Any]]]
"""Runs a query with parameters written as ``:name`` and returns its rows. Converts datetimes to what is stored."""

LONGEST_LIFE = timedelta(days=366)
"""No setting and no argument allows a longer lifetime."""

CLOCKS_APART = timedelta(minutes=5)
"""Anything dated further in the future was created by a wrong clock."""

_OWN = "provider IN ('SQLUserProvider', 'WalletUserProvider')"
"""The providers whose users are gatewright's own accounts."""

_RESTORE = "Restore the tables from one backup, or delete these rows; gatewright does not write such rows."
WRONG_CLOCK = "Synchronise the servers' clocks (NTP). What is dated in the future is not accepted until that time."


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule about what must not exist.

    Args:
        name: What is checked, in a word or two.
        broken: A description of the violations, to follow their number.
        meaning: What follows from them.
        cure: What to do.
        sql: Selects the violations: one column, as text, called ``which``. Never a secret.
        lets_in: Whether a violation may let somebody sign in who should not.
    """

    name: str
    broken: str
    meaning: str
    cure: str
    sql: str
    lets_in: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is broken: how often, and the first and last violation."""

    rule: Rule
    count: int
    first: str
    last: str


def breaches(fetch_all: FetchAll, *, now: datetime) -> Iterator[Breach]:
    """Look for violations of each rule. Only reads; takes as long as reading each table a few times.

    Args:
        fetch_all: Runs a query.
        now: The current time, aware.
    """
    parameters = {
        "head": HEAD,
        "now": now,
        "future": now + CLOCKS_APART,
        "too_late": now + LONGEST_LIFE + CLOCKS_APART,
    }
    for rule in RULES:
        named = {name: value for name, value in parameters.items() if f":{name}" in rule.sql}
        ((count, first, last),) = fetch_all(
            f"SELECT count(*), min(which), max(which) FROM ({rule.sql}) AS broken",  # noqa: S608 - the rules are below
            named,
        )
        if count:
            yield Breach(rule, int(count), str(first), str(last))


def _orphans(table: str, *, column: str = "account_id", parent: str = "users", key: str = "id") -> Rule:
    """Return the rule that rows refer to existing rows."""
    return Rule(
        table,
        f"rows of {table} belong to nobody",
        f"Their {column} is missing from {parent}: somebody deleted it without enforcing foreign keys.",
        _RESTORE,
        f"SELECT {column} AS which FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 - of our own names
        f" AND NOT EXISTS (SELECT 1 FROM {parent} WHERE {parent}.{key} = {table}.{column})",
    )


def _digests(table: str, *columns: str, several: Sequence[str] = (), which: str = "id") -> Rule:
    """Return the rule that digests have the length of SHA-256, and columns of ``several`` a multiple of it."""
    broken = [f"length({column}) <> 32" for column in columns]
    broken += [f"length({column}) / 32 * 32 <> length({column})" for column in several]  # psycopg reads % differently
    wrong = " OR ".join(broken)
    return Rule(
        table,
        f"digests in {table} are not 32 bytes long",
        "No secret has such a digest, so nobody can use these rows.",
        _RESTORE,
        f"SELECT {which} AS which FROM {table} WHERE {wrong}",  # noqa: S608 - of our own names
    )


def _lifetimes(table: str, *, lets_in: bool) -> tuple[Rule, Rule]:
    """Return the rules about when rows begin and expire."""
    return (
        Rule(
            table,
            f"rows of {table} expire before they begin",
            "They were never valid; gatewright does not write such rows.",
            _RESTORE,
            f"SELECT id AS which FROM {table} WHERE expires_at < created_at",  # noqa: S608 - of our own names
        ),
        Rule(
            table,
            f"rows of {table} are valid for longer than a year",
            "No setting allows that: a clock was wrong, or somebody wrote them by hand.",
            "Delete them, and synchronise the servers' clocks (NTP).",
            f"SELECT id AS which FROM {table} WHERE expires_at > :too_late",  # noqa: S608 - of our own names
            lets_in=lets_in,
        ),
    )


def _made_in_future(table: str, *, which: str = "id", column: str = "created_at") -> Rule:
    return Rule(
        table,
        f"rows of {table} are dated in the future",
        f"Their {column} is more than five minutes ahead: a clock was wrong.",
        WRONG_CLOCK,
        f"SELECT {which} AS which FROM {table} WHERE {column} > :future",  # noqa: S608 - of our own names
    )


def _astray(table: str, meaning: str) -> Rule:
    """Return the rule that rows about one of gatewright's own accounts belong to it."""
    return Rule(
        table,
        f"rows of {table} about gatewright's own accounts name no account, or another one",
        meaning,
        "Delete these rows.",
        f"SELECT id AS which FROM {table} WHERE {_OWN} AND user_id IS NOT NULL"  # noqa: S608 - of our own names
        " AND (account_id IS NULL OR account_id <> user_id)",
        lets_in=True,
    )


def _unreadable(table: str) -> Rule:
    return Rule(
        table,
        f"rows of {table} have an unreadable record of how they were proven",
        "Every request that uses them fails.",
        "Delete these rows; their users can sign in again.",
        f"SELECT id AS which FROM {table} WHERE proven_by <> '' AND substr(proven_by, 1, 2) <> '[['",  # noqa: S608 - ours
    )


_END_SESSIONS = "End them: gatewright sessions revoke --user ID"

RULES: tuple[Rule, ...] = (
    Rule(
        "schema",
        "revisions that this release does not know",
        "Something other than gatewright migrate has changed the schema.",
        "Restore the table alembic_version: it has one row.",
        "SELECT version_num AS which FROM alembic_version WHERE version_num <> :head"
        " UNION ALL SELECT 'none' WHERE NOT EXISTS (SELECT 1 FROM alembic_version)",
    ),
    *(_orphans(table) for table in ("wallets", "sessions", "remembered", "links", "outbox", "profiles")),
    *(_orphans(table) for table in ("user_roles", "user_permissions", "authenticators", "pending_steps")),
    *(_orphans(table, column="role", parent="roles", key="name") for table in ("user_roles", "role_permissions")),
    *(_orphans("role_parents", column=column, parent="roles", key="name") for column in ("role", "parent")),
    *(
        Rule(
            f"undeclared {table}",
            f"rows of {table} grant a permission that has not been declared",
            "They take effect all the same, but the list of permissions does not show them.",
            "Declare it: gatewright permission create NAME. It can be revoked once it is declared.",
            f"SELECT permission AS which FROM {table} WHERE NOT EXISTS (SELECT 1 FROM permissions"  # noqa: S608 - ours
            " WHERE name = permission OR name || '.*' = permission)",
        )
        for table in ("user_permissions", "role_permissions")
    ),
    Rule(
        "names",
        "accounts have another account's email address as their username",
        "Whoever signs in with that address is taken for them.",
        "Rename them: gatewright user rename",
        "SELECT a.id AS which FROM users AS a JOIN users AS b ON a.username = b.email WHERE a.id <> b.id",
        lets_in=True,
    ),
    Rule(
        "names",
        "accounts have neither a name nor a wallet",
        "Nobody can sign in to them, and they can only be found by their id.",
        "Delete them: gatewright user delete",
        "SELECT id AS which FROM users WHERE username IS NULL AND email IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM wallets WHERE account_id = users.id)",
    ),
    Rule(
        "sessions",
        "live sessions of deactivated accounts",
        "They are refused now, but become valid again once the account is enabled.",
        _END_SESSIONS,
        "SELECT s.id AS which FROM sessions AS s JOIN users AS u ON u.id = s.account_id"
        " WHERE s.is_active AND s.expires_at > :now AND NOT u.is_active",
    ),
    Rule(
        "sessions",
        "live sessions of gatewright's own accounts name no account, or another one",
        "Deactivating or deleting the account does not end them.",
        "End each of them: gatewright sessions revoke ID",
        f"SELECT id AS which FROM sessions WHERE is_active AND expires_at > :now AND {_OWN}"  # noqa: S608 - ours
        " AND (account_id IS NULL OR account_id <> user_id)",
        lets_in=True,
    ),
    Rule(
        "sessions",
        "live sessions of wallets that do not belong to their account",
        "Whoever signed with that wallet is still signed in.",
        "End each of them: gatewright sessions revoke ID",
        "SELECT s.id AS which FROM sessions AS s WHERE s.is_active AND s.expires_at > :now"
        " AND s.provider = 'WalletUserProvider' AND NOT EXISTS (SELECT 1 FROM wallets AS w"
        " WHERE w.evrmore_address = s.evrmore_address AND w.account_id = s.account_id)",
        lets_in=True,
    ),
    Rule(
        "sign-ins",
        "users have more sessions than sign-ins",
        "Each sign-in opens one session: somebody inserted one by hand, or deleted lines of the audit record.",
        f"Find out who. {_END_SESSIONS}",
        "SELECT s.user_id AS which FROM sessions AS s WHERE s.created_at > (SELECT min(at) FROM audit)"
        " GROUP BY s.user_id HAVING count(*) > (SELECT count(*) FROM audit AS a"
        " WHERE a.user_id = s.user_id AND a.event = 'signed_in')",
        lets_in=True,
    ),
    Rule(
        "remembered",
        "remembered browsers of deactivated accounts",
        "They are refused now, but become valid again once the account is enabled.",
        "Revoke them: gatewright sessions revoke --user ID",
        "SELECT r.id AS which FROM remembered AS r JOIN users AS u ON u.id = r.account_id WHERE NOT u.is_active",
    ),
    _astray("remembered", "Changing the password or deleting the account does not revoke them."),
    _astray("authenticators", "Deactivating or deleting the account does not disable them."),
    _astray("pending_steps", "Changing the password or deleting the account does not end them."),
    Rule(
        "links",
        "emailed links are of an unknown kind, or were sent to an address that is not the account's",
        "Nobody can use them.",
        "Delete these rows; the recipients can request another email.",
        "SELECT k.id AS which FROM links AS k JOIN users AS u ON u.id = k.account_id WHERE k.purpose NOT IN"
        " ('email_verification', 'password_reset', 'email_change')"
        " OR (k.purpose <> 'email_change' AND (u.email IS NULL OR u.email <> k.email))",
    ),
    Rule(
        "links",
        "links to change an email address are for the address that the account already has",
        "The change has already been made, which should have deleted the link.",
        "Delete these rows.",
        "SELECT k.id AS which FROM links AS k JOIN users AS u ON u.id = k.account_id"
        " WHERE k.purpose = 'email_change' AND u.email = k.email",
    ),
    Rule(
        "outbox",
        "queued emails belong to no account",
        "Only the email that announces a deletion outlives its account.",
        "Delete these rows.",
        "SELECT id AS which FROM outbox WHERE account_id IS NULL AND kind <> 'account_deleted'",
    ),
    _digests("sessions", "secret_digest"),
    _digests("remembered", "digest", "previous_digest"),
    _digests("links", "digest"),
    _digests("pending_steps", "digest"),
    _digests("credentials", "digest", several=["previous_digest"], which="user_id"),
    *_lifetimes("sessions", lets_in=True),
    *_lifetimes("remembered", lets_in=True),
    *_lifetimes("links", lets_in=True),
    *_lifetimes("pending_steps", lets_in=True),
    *_lifetimes("challenges", lets_in=True),
    *(_unreadable(table) for table in ("sessions", "remembered")),
    *(_made_in_future(table) for table in ("users", "sessions", "remembered", "links", "challenges", "outbox")),
    *(_made_in_future(table) for table in ("authenticators", "pending_steps")),
    _made_in_future("wallets", which="evrmore_address", column="linked_at"),
    _made_in_future("audit", which="event", column="at"),
)
"""Every rule, in the order of checking."""
