"""SQLite files as a grown application has them: migrated by gatewright, then filled with rows by the bare driver."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from gatewright import Account, Challenge, EvrmoreAuth, Session
from gatewright.settings import load_settings
from gatewright.storage.sql.rows import row_of
from gatewright.storage.sql.statements import Statements
from gatewright.system import SystemClock, SystemRandom

SECRET = "only-for-measuring-0123456789abcdef"

SESSIONS_PER_USER = 10


def open_auth(path: Path) -> EvrmoreAuth:
    """Return a gatewright on a file; it is made and migrated if need be, and never refuses a challenge as too many."""
    settings = load_settings(challenges_per_address=10**9)
    return EvrmoreAuth(f"sqlite:///{path.absolute()}", jwt_secret=SECRET, settings=settings)


def new_id() -> str:
    """Return an identifier like gatewright's."""
    return SystemRandom().token_bytes(16).hex()


def make_database(path: Path, *, sessions: int = 0, challenges: int = 0) -> list[tuple[str, str]]:
    """Make a file with so many rows.

    Returns:
        The user and the session of each row of ``sessions``, in the order of insertion.
    """
    open_auth(path).close()
    now = SystemClock().now()
    users = [new_id() for _ in range(-(-sessions // SESSIONS_PER_USER))]
    owners = [(users[number // SESSIONS_PER_USER], new_id()) for number in range(sessions)]
    sql = Statements()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")  # while filling only: it is a property of the connection
    connection.execute("BEGIN")
    connection.executemany(sql.insert_account, _accounts(users, now))
    connection.executemany(sql.insert_session, _sessions(owners, now))
    connection.executemany(sql.insert_challenge, _challenges(challenges, now))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return owners


def _accounts(users: list[str], now: datetime) -> Iterator[dict[str, object]]:
    common = row_of(
        Account(
            id="",
            username=None,
            email=None,
            evrmore_address=None,
            is_active=True,
            is_verified=True,
            created_at=now,
            last_login=now,
        )
    )
    return (common | {"id": user, "evrmore_address": f"E{user}"} for user in users)


def _sessions(owners: list[tuple[str, str]], now: datetime) -> Iterator[dict[str, object]]:
    common = row_of(
        Session(
            id="",
            user_id="",
            evrmore_address=None,
            provider="WalletUserProvider",
            created_at=now,
            expires_at=now + timedelta(hours=1),
            is_active=True,
            ip_address="192.0.2.1",
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
    )
    return (common | {"id": id_, "user_id": user, "evrmore_address": f"E{user}"} for user, id_ in owners)


def _challenges(number: int, now: datetime) -> Iterator[dict[str, object]]:
    draft = Challenge(
        id="",
        evrmore_address="",
        challenge_text="",
        created_at=now,
        expires_at=now + timedelta(hours=1),
        used=True,
    )
    common = row_of(draft) | {"client": None}
    for _ in range(number):
        id_ = new_id()
        yield common | {"id": id_, "evrmore_address": f"E{id_}", "challenge_text": f"Sign in as E{id_}. Nonce: {id_}."}
