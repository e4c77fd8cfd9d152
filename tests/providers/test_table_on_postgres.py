"""Tables in PostgreSQL, which compares nothing with what is of another type."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID  # noqa: TID251 - to write them, not to make any

import pytest
import sqlalchemy as sa

from gatewright import Auth, Settings
from gatewright.errors import ProviderUnavailableError, UserNotFoundError
from gatewright.passwords import PasswordHasher
from gatewright.providers import TableColumns, TableUserProvider, UserProvider
from gatewright.testing.provider_conformance import ProviderConformance

PASSWORD = "correct horse battery staple"
HASH = PasswordHasher(memory_kib=8, iterations=1).hash(PASSWORD)
ALICE = "0f3b8c1e-7a50-4d7e-9a2b-1c2d3e4f5a6b"
BINARY = bytes(range(0xF0, 0x100))

QUICK = Settings(argon2_memory_kib=8, argon2_iterations=1)

KEYS = {
    "UUID": (ALICE, ALICE),
    "INTEGER": (0, "0"),
    "BIGINT": (2**63 - 1, str(2**63 - 1)),
    "SMALLINT": (-7, "-7"),
    "NUMERIC(12, 2)": (7, "7.00"),
    "NUMERIC": (10**20, str(10**20)),
    "DOUBLE PRECISION": (7, "7.0"),
    "BYTEA": (BINARY, str(UUID(bytes=BINARY))),
    " BYTEA": (b"\0\1", "0001"),
    "TEXT": ("alice", "alice"),
    "CHAR(5)": ("alice", "alice"),
    "colour": ("red", "red"),
    "person_key": (ALICE, ALICE),
}
"""Type of the key -> one as it is inserted, and as text."""

ODD = [
    "alice@example.com ' --",
    "nobody@example.com",
    "7x",
    "00",
    " 0",
    "+0",
    "1e3",
    "NaN",
    "\N{ARABIC-INDIC DIGIT ZERO}",
    "9" * 30,
    "9" * 255,
    "99999999999999999999",
    ALICE.upper() + "x",
    ALICE.replace("-", "")[:-1],
    "{" + ALICE + "}",
    "urn:uuid:" + ALICE,
    "blue",
    "\\x00",
]


def execute(url, *statements):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement, parameters in statements:
            connection.execute(sa.text(statement), parameters)


@pytest.fixture(scope="module")
def make_table(make_postgres_database):
    """Make a table whose key is of some type, with one person in it, and return a provider of it by key and mail."""
    url = make_postgres_database()
    execute(url, ("CREATE TYPE colour AS ENUM ('red', 'green')", {}), ("CREATE DOMAIN person_key AS UUID", {}))
    made = []

    def make(kind, key, *, username="key", alias="email"):
        table = f"people_{len(made)}"
        create = f"CREATE TABLE {table} (key {kind} PRIMARY KEY, email VARCHAR(255) UNIQUE, password VARCHAR(255))"
        insert = f"INSERT INTO {table} VALUES (CAST(:key AS {kind}), 'alice@example.com', :hash)"
        execute(url, (create, {}), (insert, {"key": key, "hash": HASH}))
        columns = TableColumns(
            username=username, alias=alias, id="key", first_name=None, role=None, active=None, verified=None
        )
        made.append(TableUserProvider(f"{url}?connect_timeout=5", table=table, columns=columns))
        return made[-1]

    yield make
    for provider in made:
        provider.close()


class TestPostgres(ProviderConformance):
    """A table whose key, a UUID, is also what finds a user."""

    username = ALICE

    @pytest.fixture
    def provider(self, make_table) -> Iterator[UserProvider]:
        provider = make_table("UUID", ALICE)
        yield provider
        provider.close()


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_of_any_type_is_found_beside_a_mail_address(make_table, kind):
    """By key, by mail, and again by the name that a session remembers; the id is the key as text."""
    key, text = KEYS[kind]
    provider = make_table(kind, key)

    with Auth("sqlite://", providers=[provider], settings=QUICK) as auth:
        by_mail = auth.attempt("alice@example.com", PASSWORD, provider)
        visit = {}
        auth.guard(visit).login(by_mail.username, PASSWORD, provider)
        reloaded = auth.guard(visit).user()

    assert (by_mail.username, by_mail.id) == (reloaded.username, reloaded.id) == (text, text)


@pytest.mark.parametrize("order", ["key first", "mail first"])
@pytest.mark.parametrize("kind", KEYS)
def test_what_no_key_can_be_is_nobody(make_table, kind, order):
    """Text that the key's type cannot hold is no error, and does not keep the other column from being asked."""
    columns = {"username": "key", "alias": "email"} if order == "key first" else {"username": "email", "alias": "key"}
    provider = make_table(kind, KEYS[kind][0], **columns)

    assert [name for name in ODD if provider.find(name) is not None] == []
    assert provider.find("alice@example.com") is not None
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username("nobody@example.com", PASSWORD)


def test_a_uuid_may_be_typed_in_capitals(make_table):
    """It is the same one; the user keeps the usual form."""
    assert make_table("UUID", ALICE).load_user_by_username(ALICE.upper()).username == ALICE


def test_a_renewed_hash_is_kept_by_a_key_of_any_type(make_table):
    """The row is found for writing as it is for reading."""
    for kind in KEYS:
        provider = make_table(kind, KEYS[kind][0])
        for name in ("alice@example.com", KEYS[kind][1]):
            old = provider.find(name)[1]
            provider.save_hash(name, old_hash=old, new_hash=old + "x")
            assert provider.find(name)[1] == old + "x", kind


def test_a_key_is_found_by_its_index(make_postgres_database):
    """To look a UUID or a number up costs no more in a table of many."""
    url = make_postgres_database()
    for table, kind, key in (
        ("a", "UUID", "gen_random_uuid()"),
        ("b", "INTEGER", "n"),
        ("c", "VARCHAR(40)", "n::text"),
    ):
        execute(
            url,
            (f"CREATE TABLE {table} (email {kind} PRIMARY KEY)", {}),
            (f"INSERT INTO {table} SELECT {key} FROM generate_series(1, 5000) AS n", {}),
            (f"ANALYZE {table}", {}),
        )
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        columns = TableColumns(id=None, first_name=None, password=None, role=None, active=None, verified=None)
        plans = []

        @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
        def explain(connection, cursor, statement, parameters, context, many, plans=plans, table=table):
            if f"FROM {table}" in statement and statement.startswith("SELECT"):
                cursor.execute(f"EXPLAIN {statement}", parameters)
                plans.extend(row[0] for row in cursor.fetchall())
            return statement, parameters

        TableUserProvider(engine, table=table, columns=columns).find("7" if table != "a" else ALICE)

        assert any("Index" in line for line in plans), plans


def test_a_server_that_is_gone_is_try_again_later(make_postgres_database):
    """Nobody is unknown where the database cannot be asked."""
    gone = sa.make_url(make_postgres_database()).set(port=1)

    with pytest.raises(ProviderUnavailableError):
        TableUserProvider(gone).find("alice@example.com")
