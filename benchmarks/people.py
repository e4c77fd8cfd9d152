"""A database of people who have roles and permissions and are visiting."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from database import accounts, filling, new_id, session_row

from gatewright.storage.sql.dialect import text_of
from gatewright.storage.sql.statements import Statements
from gatewright.system import SystemClock

ROLES = 20
ROLES_EACH = 2
PERMISSIONS = [f"area{number % 10}.thing{number // 10}.edit" for number in range(50)]
"""What each of them may do, granted to each user directly: the most rows that there can be."""


@dataclass(frozen=True)
class Visit:
    """One person's visit.

    Args:
        username: The person's username.
        session: What a framework's session holds.
        digest: The digest that the database stores of the secret in it.
    """

    username: str
    session: dict[str, object]
    digest: bytes


def make_people(path: Path, *, users: int) -> list[Visit]:
    """Create a file with so many people, each with 2 roles, 50 permissions and one session, and return their visits."""
    now = SystemClock().now()
    ids = sorted(new_id() for _ in range(users))
    visits = [_visit_of(id_) for id_ in ids]
    sql = Statements("sqlite")
    with filling(path) as connection:
        named = (row | {"username": visit.username} for row, visit in zip(accounts(ids, now), visits, strict=True))
        connection.executemany(sql.insert_account, named)
        connection.executemany(sql.add_role, ({"name": f"role{number}"} for number in range(ROLES)))
        connection.executemany(sql.add_permission, ({"name": name} for name in PERMISSIONS))
        connection.executemany(
            sql.assign_role,
            (
                {"account_id": id_, "role": f"role{(number + turn) % ROLES}"}
                for number, id_ in enumerate(ids)
                for turn in range(ROLES_EACH)
            ),
        )
        connection.execute(
            "INSERT INTO user_permissions SELECT users.id, permissions.name FROM users, permissions ORDER BY 1, 2"
        )
        common = session_row("SQLUserProvider", now)
        sessions = (
            common
            | {
                "id": new_id(),
                "user_id": id_,
                "account_id": id_,
                "username": visit.username,
                "secret_digest": visit.digest,
            }
            for id_, visit in zip(ids, visits, strict=True)
        )
        connection.executemany(sql.insert_session, sessions)
    return visits


def see_all(connection: sqlite3.Connection) -> None:
    """Mark everybody as seen just now, so that no request has to record that for a minute."""
    connection.execute("UPDATE sessions SET last_seen_at = ?", (text_of(SystemClock().now()),))


def _visit_of(account_id: str) -> Visit:
    secret = f"secret-{account_id}"
    return Visit(f"person-{account_id}", {"auth": {"secret": secret}}, sha256(secret.encode()).digest())
