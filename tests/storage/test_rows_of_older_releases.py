"""Rows that an older release has written go on after a migration, and so does an older release that still runs."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from gatewright import Settings
from gatewright.drive import run_to_completion
from gatewright.storage.open_store import open_database
from gatewright.storage.sql import SQLStore, migrate

NOW = datetime(2025, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
A_DAY = timedelta(days=1)
SESSION = text(
    "INSERT INTO sessions (id, user_id, provider, created_at, expires_at, is_active, username, last_seen_at,"
    " is_fully_authenticated, secret_digest) VALUES (:id, 'u', 'P', :now, :later, :yes, 'ann', :now, :yes, :digest)"
)
REMEMBERED = text(
    "INSERT INTO remembered (id, user_id, username, provider, created_at, expires_at, rotated_at, digest)"
    " VALUES (:id, 'u', 'ann', 'P', :now, :later, :now, :digest)"
)
WHERE_IT_IS = {
    "sqlite": "SELECT rootpage FROM sqlite_master WHERE name IN ('sessions', 'remembered')",
    "postgresql": "SELECT pg_relation_filenode(name::regclass) FROM unnest(ARRAY['sessions', 'remembered']) AS name",
}
"""What changes where a table is rewritten."""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """A database as it was before sessions said how they were proven."""
    is_file = request.param == "sqlite"
    url = request.getfixturevalue("url") if is_file else request.getfixturevalue("make_postgres_database")()
    with closing(open_database(Settings(database_url=url))) as database:
        config = Config()
        config.set_main_option("script_location", "gatewright.storage.sql:migrations")
        with database.migrating() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0009")
        yield database


@pytest.fixture
def write(database):
    """Run the statements of the release before, with what they ask for."""
    moment = database.dialect.write_moment

    def write(id_):
        row = {"id": id_, "now": moment(NOW), "later": moment(NOW + A_DAY), "yes": True, "digest": id_.encode() * 32}
        with database.migrating() as connection:
            connection.execute(SESSION, row)
            connection.execute(REMEMBERED, row)

    return write


def look(database, statement):
    with database.migrating() as connection:
        return [row[0] for row in connection.exec_driver_sql(statement)]


def test_rows_of_the_release_before_say_nothing_of_proofs(database, write):
    """Those that were there, and those that it writes while servers are replaced one by one."""
    write("a")
    migrate(database)
    write("b")
    store = SQLStore(database)

    for id_ in "ab":
        session, _ = run_to_completion(store.find_session(id_.encode() * 32, now=NOW, idle_since=NOW - A_DAY))
        remembered = run_to_completion(store.find_remembered(id_, now=NOW))
        assert (session.id, remembered.id) == (id_, id_)
        assert (session.proven_by, session.proofs, remembered.proven_by) == ("", (), "")
        assert (session.aal, session.auth_time) == (1, NOW)


def test_no_row_is_rewritten(database, write):
    """However many sessions there are, the migration takes the same time."""
    write("a")
    before = look(database, WHERE_IT_IS[database.dialect.name])
    migrate(database)

    assert look(database, WHERE_IT_IS[database.dialect.name]) == before
    assert len(before) == 2
