"""SQLite files like those of a grown application: migrated by gatewright, then filled by the bare driver."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from gatewright import Account, Challenge, EvrmoreAuth, Session
from gatewright.settings import load_settings
from gatewright.storage.sql import SQLStore
from gatewright.storage.sql.dialect import text_of
from gatewright.storage.sql.rows import RecordWriter
from gatewright.storage.sql.statements import Statements
from gatewright.system import SystemClock, SystemRandom

SECRET = "only-for-measuring-0123456789abcdef"

SESSIONS_PER_USER = 10

_WRITE = RecordWriter(text_of)
_VALUE = re.compile(r"x?'(?:[^']|'')*'|\bNULL\b|\b\d+\b")


def open_auth(path: Path) -> EvrmoreAuth:
    """Return an auth on a file, created and migrated if need be, that never refuses a challenge as too many."""
    settings = load_settings(challenges_per_address=10**9)
    return EvrmoreAuth(f"sqlite:///{path.absolute()}", jwt_secret=SECRET, settings=settings)


def new_id() -> str:
    """Return an identifier like gatewright's."""
    return SystemRandom().token_bytes(16).hex()


@contextmanager
def filling(path: Path) -> Iterator[sqlite3.Connection]:
    """Create and migrate a file, and yield a connection that fills it fast; restore gatewright's modes afterwards."""
    open_auth(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")
    connection.execute("PRAGMA cache_size=-500000")  # KiB: rows in random order come back to the same pages
    connection.execute("BEGIN")
    yield connection
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def make_database(path: Path, *, sessions: int = 0, challenges: int = 0) -> list[tuple[str, str]]:
    """Create a file with so many rows.

    Returns:
        The user and the session of each row of ``sessions``, in the order of insertion.
    """
    now = SystemClock().now()
    users = [new_id() for _ in range(-(-sessions // SESSIONS_PER_USER))]
    owners = [(users[number // SESSIONS_PER_USER], new_id()) for number in range(sessions)]
    wallets = ({"account_id": user, "evrmore_address": f"E{user}", "linked_at": text_of(now)} for user in users)
    sql = Statements("sqlite")
    with filling(path) as connection:
        connection.executemany(sql.insert_account, accounts(users, now))
        connection.executemany(sql.insert_wallet, wallets)
        connection.executemany(sql.insert_session, _sessions(owners, now))
        connection.executemany(sql.insert_challenge, _challenges(challenges, now))
    return owners


def accounts(users: list[str], now: datetime) -> Iterator[dict[str, object]]:
    """Yield the row of each user, without a name or password, like users who come with a wallet."""
    draft = Account(
        id="",
        username=None,
        email=None,
        evrmore_address=None,
        is_active=True,
        is_verified=True,
        created_at=now,
        last_login=now,
    )
    common = _WRITE.account(draft, password_hash=None) | {"is_free": True}
    return (common | {"id": user} for user in users)


def session_row(provider: str, now: datetime) -> dict[str, object]:
    """Return the columns that the rows of many sessions have in common."""
    draft = Session(
        id="",
        user_id="",
        evrmore_address=None,
        provider=provider,
        created_at=now,
        expires_at=now + timedelta(hours=1),
        is_active=True,
        ip_address="192.0.2.1",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        username="",
        last_seen_at=now,
        is_fully_authenticated=True,
    )
    return _WRITE.row(draft) | {"account_id": None, "secret_digest": None}


def trace(connection: sqlite3.Connection, call: Callable[[], object]) -> list[str]:
    """Return the statements that a call runs on a connection, with every value replaced by ``?``."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    call()
    connection.set_trace_callback(None)
    return [_VALUE.sub("?", statement) for statement in statements]


def connection_of(auth: EvrmoreAuth) -> sqlite3.Connection:
    """Return the connection that an auth holds in this thread."""
    store = auth._parts.store
    assert isinstance(store, SQLStore)
    with store._database.connection() as connection:
        return connection


def _sessions(owners: list[tuple[str, str]], now: datetime) -> Iterator[dict[str, object]]:
    common = session_row("WalletUserProvider", now)
    for user, id_ in owners:
        address = f"E{user}"
        yield common | {
            "id": id_,
            "user_id": user,
            "account_id": user,
            "evrmore_address": address,
            "username": address,
        }


def _challenges(number: int, now: datetime) -> Iterator[dict[str, object]]:
    draft = Challenge(
        id="",
        evrmore_address="",
        challenge_text="",
        created_at=now,
        expires_at=now + timedelta(hours=1),
        used=True,
    )
    common = _WRITE.row(draft) | {"client": None}
    for _ in range(number):
        id_ = new_id()
        yield common | {"id": id_, "evrmore_address": f"E{id_}", "challenge_text": f"Sign in as E{id_}. Nonce: {id_}."}
