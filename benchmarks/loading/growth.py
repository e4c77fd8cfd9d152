"""What an operation costs PostgreSQL as tables grow, and how lookups would be planned in even larger ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from hashlib import md5, sha256
from statistics import median
from time import perf_counter

import psycopg
from psycopg.rows import TupleRow

from gatewright.storage.sql.statements import statements_of
from gatewright.system import SystemClock

_ASKED = 300
_NAMES = ("find_session", "find_account_of_session", "find_credentials", "list_sessions_of_account")
"""The statements of a request by cookie, of one by token, of a sign-in and of an account's page."""

_ACCOUNTS = """
    INSERT INTO users (id, username, email, is_active, is_verified, created_at)
    SELECT md5(n::text), 'name' || n, 'name' || n || '@example.com', true, true, now()
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
_WALLETS = """
    INSERT INTO wallets (evrmore_address, account_id, linked_at)
    SELECT 'E' || md5(n::text), md5(n::text), now() FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
_ROLES = """
    WITH declared AS (INSERT INTO roles (name) VALUES ('editor') ON CONFLICT DO NOTHING)
    INSERT INTO user_roles (account_id, role)
    SELECT md5(n::text), 'editor' FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
_PERMISSIONS = """
    WITH declared AS (INSERT INTO permissions (name) VALUES ('blog.write') ON CONFLICT DO NOTHING)
    INSERT INTO user_permissions (account_id, permission)
    SELECT md5(n::text), 'blog.write' FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
_SESSIONS = """
    INSERT INTO sessions (id, user_id, provider, created_at, expires_at, is_active, username, last_seen_at,
        is_fully_authenticated, account_id, secret_digest)
    SELECT md5(n::text), md5(((n + 9) / 10)::text), 'SQLUserProvider', now(), now() + interval '1 day', true,
        'name' || (n + 9) / 10, now(), true, md5(((n + 9) / 10)::text),
        sha256(convert_to(n::text, 'UTF8'))
    FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
_TEN_TIMES = "UPDATE pg_class SET reltuples = reltuples * 10 WHERE relnamespace = 'public'::regnamespace"
"""For the planner, which estimates rows as this number of rows per page, times the actual pages."""


def measure(database_url: str, sizes: Sequence[int]) -> dict[int, dict[str, float]]:
    """Return what each statement takes, in microseconds with the round trip, for so many sessions in the table."""
    taken, rows = {}, 0
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.prepare_threshold = 0
        for size in sizes:
            for accounts in (_ACCOUNTS, _WALLETS, _ROLES, _PERMISSIONS):
                connection.execute(accounts, {"first": rows // 10 + 1, "last": size // 10})
            connection.execute(_SESSIONS, {"first": rows + 1, "last": size})
            rows = size
            connection.execute("VACUUM ANALYZE")
            taken[size] = {name: _time(connection, name, size) for name in _NAMES}
    return taken


def plans(database_url: str) -> dict[str, list[str]]:
    """Return which indexes each statement uses if the planner is told that there are ten times as many rows.

    Raises:
        RuntimeError: If one would read a whole table.
    """
    used = {}
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute(_TEN_TIMES)
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        for name in _NAMES:
            plan = _plan(connection, name)
            if re.search(r"Seq Scan on (users|sessions|wallets|user_\w+)\b", plan):
                raise RuntimeError(f"{name} would read a whole table:\n{plan}")
            used[name] = sorted(set(re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", plan)))
        connection.rollback()
    return used


def _time(connection: psycopg.Connection[TupleRow], name: str, size: int) -> float:
    """Query rows spread evenly over the whole table, and return the median."""
    statement = getattr(statements_of("postgresql"), name).encode()
    seconds = []
    for turn in range(-_ASKED // 5, _ASKED):
        parameters = _parameters(max(turn, 0) * (size // _ASKED) + 1)
        start = perf_counter()
        found = connection.execute(statement, parameters).fetchall()
        if turn >= 0:
            seconds.append(perf_counter() - start)
            if not found:
                raise RuntimeError(f"{name} has found nothing")
    return median(seconds) * 1e6


def _parameters(number: int) -> dict[str, object]:
    """Return the parameters that name a session and its account, for any of the statements."""
    now, account = SystemClock().now(), (number + 9) // 10
    return {
        "digest": sha256(str(number).encode()).digest(),
        "session_id": md5(str(number).encode(), usedforsecurity=False).hexdigest(),
        "user_id": md5(str(account).encode(), usedforsecurity=False).hexdigest(),
        "name": f"name{account}",
        "now": now,
        "idle_since": now - timedelta(hours=2),
    }


def _plan(connection: psycopg.Connection[TupleRow], name: str) -> str:
    """Return the plan of a statement for any values, as text."""
    sql = getattr(statements_of("postgresql"), name)
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    for number, parameter in enumerate(names, 1):
        sql = sql.replace(f"%({parameter})s", f"${number}")
    connection.execute(f"PREPARE {name} AS {sql.replace('%%', '%')}".encode())
    nothing = ", ".join(["NULL"] * len(names))
    return "\n".join(line for (line,) in connection.execute(f"EXPLAIN EXECUTE {name}({nothing})".encode()))
