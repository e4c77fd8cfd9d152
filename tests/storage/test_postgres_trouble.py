"""What goes wrong between gatewright and a PostgreSQL server, and what is said of it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from contextlib import closing, suppress

import psycopg
import pytest

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Settings
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.open_store import open_store
from gatewright.storage.sql import SQLStore
from gatewright.storage.sql.postgres.database import PostgresDatabase
from gatewright.storage.sql.postgres.pools import PoolOptions, SuspendingPools
from gatewright.storage.sql.postgres.retry import retried

SECRET = "a secret for tests, longer than 32 bytes"

TERMINATE = "SELECT pg_terminate_backend(pid, 9000) FROM pg_stat_activity WHERE application_name = 'gatewright'"

OUR_PROCESSES = """
    SELECT pid FROM pg_stat_activity WHERE application_name = 'gatewright' AND datname = current_database()
"""


def open_auth(url, kind=EvrmoreAuth, *, timeout=10):
    settings = Settings(jwt_secret=SECRET, database_timeout_seconds=timeout, argon2_memory_kib=8)
    return kind(url, settings=settings)


@pytest.fixture
def admin(migrated_postgres_database):
    """The operator's connection to the test's own database."""
    with closing(psycopg.connect(migrated_postgres_database.replace("+psycopg", ""), autocommit=True)) as connection:
        yield connection


def test_postgresql_needs_a_secret(migrated_postgres_database):
    """Processes on several machines have no file in common to keep a secret of development in."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_JWT_SECRET"):
        EvrmoreAuth(migrated_postgres_database)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda url: url.rpartition(":")[0] + ":1/nowhere",
            "Check that the server runs, .* GATEWRIGHT_DATABASE_URL, or --to, names",
        ),
        (lambda url: url.rpartition("/")[0] + "/nosuch", 'database "nosuch" does not exist'),
        (lambda url: url.replace("//tests@", "//nobody@"), 'role "nobody" does not exist'),
        (lambda url: url.replace("127.0.0.1:", "127.0.0.1:port"), "invalid|not supported"),
    ],
    ids=["no server", "no database", "no role", "no port"],
)
def test_a_server_that_cannot_be_used_is_told_at_the_start(migrated_postgres_database, change, words):
    with pytest.raises(StoreUnavailableError, match=words):
        open_auth(change(migrated_postgres_database))


def test_a_newer_schema_is_refused_and_left_alone(migrated_postgres_database, admin):
    admin.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="pip install -U gatewright"):
        open_auth(migrated_postgres_database)

    assert admin.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_another_application_that_uses_alembic_is_told_from_a_newer_release(migrated_postgres_database, admin):
    """It keeps a revision of its own in the table of the same name."""
    admin.execute("UPDATE alembic_version SET version_num = 'ae1027a6acf2'")
    with pytest.raises(ConfigurationError, match="another application"):
        open_auth(migrated_postgres_database)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_is_not_in_unicode_is_refused(make_postgres_database, encoding):
    """Or the first visitor whose name it cannot hold would meet an error that nobody expected."""
    url = make_postgres_database()
    name = url.rpartition("/")[2]
    with closing(
        psycopg.connect(f"{url.replace('+psycopg', '').removesuffix(name)}postgres", autocommit=True)
    ) as admin:
        admin.execute(f"DROP DATABASE {name}")
        admin.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(ConfigurationError, match=f"{encoding}.*ENCODING 'UTF8'"):
        open_auth(url)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
@pytest.mark.parametrize("kind", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_texts_are_unicode_whatever_the_surroundings_say(
    copy_postgres_database, admin, migrated_postgres_database, monkeypatch, kind, encoding
):
    """The driver takes the encoding from the environment and from the URL, too."""
    monkeypatch.setenv("PGCLIENTENCODING", encoding)

    async def settled(answer):
        return await answer if asyncio.iscoroutine(answer) else answer

    async def visit(url):
        auth = open_auth(url, kind)
        await settled(auth.create_user("日本", password="correct horse battery staple"))
        assert (await settled(auth.get_user("日本"))).username == "日本"
        auth.close()

    asyncio.run(visit(migrated_postgres_database))
    asyncio.run(visit(f"{copy_postgres_database()}?client_encoding={encoding}"))
    assert admin.execute("SELECT username FROM users").fetchone() in (("日本",), ("日本".encode(),))


def test_a_start_that_waits_for_too_long_is_told(migrated_postgres_database, admin):
    """By the server, whose own limit may be shorter than ours."""
    admin.execute(f"ALTER DATABASE {migrated_postgres_database.rpartition('/')[2]} SET statement_timeout = '50ms'")
    with admin.transaction():
        admin.execute("LOCK TABLE alembic_version")
        with pytest.raises(StoreUnavailableError, match="statement timeout"):
            open_auth(migrated_postgres_database)


def test_a_schema_that_is_not_there_is_told(migrated_postgres_database, admin):
    admin.execute(f"ALTER DATABASE {migrated_postgres_database.rpartition('/')[2]} SET search_path = nosuch")
    with pytest.raises(ConfigurationError, match="search_path"):
        open_auth(migrated_postgres_database)


def test_tables_of_another_application_are_left_alone(make_postgres_database):
    url = make_postgres_database()
    with closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute("CREATE TABLE users (name text)")
        with pytest.raises(ConfigurationError, match="another application"):
            open_auth(url)

        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert tables == [("users",)]


def test_a_migration_that_the_server_stops_is_told_in_one_line(make_postgres_database):
    """As of a full disk: without the hints and places that PostgreSQL adds below."""
    url = make_postgres_database()
    with closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute(
            "CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE 'No space left.' USING HINT = 'Check it.', ERRCODE = 'disk_full'; END $$"
        )
        connection.execute("CREATE EVENT TRIGGER stop ON ddl_command_end EXECUTE FUNCTION stop()")
    with pytest.raises(StoreUnavailableError) as told:
        open_auth(url)
    assert str(told.value) == "The database could not be migrated: No space left."


def test_a_migration_of_a_standby_says_where_to_go(make_postgres_database):
    """Or of what is set so: nothing can be written."""
    url = make_postgres_database()
    name = url.rpartition("/")[2]
    with closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StoreUnavailableError, match=r"read-only transaction\. Name the primary server"):
        open_auth(url)


def test_a_role_without_rights_is_told_what_it_lacks(make_postgres_database):
    url = make_postgres_database()
    with closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute("DROP ROLE IF EXISTS weak")
        connection.execute("CREATE ROLE weak LOGIN")
    with pytest.raises(ConfigurationError, match="GRANT ALL ON SCHEMA"):
        open_auth(url.replace("//tests@", "//weak@"))


@pytest.mark.parametrize("kind", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_connections_that_the_server_has_closed_are_replaced(migrated_postgres_database, admin, kind):
    """As after a restart of the server: nobody who comes then notices."""
    auth = open_auth(migrated_postgres_database, kind)

    async def settled(answer):
        return await answer if asyncio.iscoroutine(answer) else answer

    async def visit():
        await settled(auth.create_user("anna", password="correct horse battery staple"))
        admin.execute(TERMINATE)
        assert await settled(auth.get_user("anna"))
        admin.execute(TERMINATE)
        await settled(auth.create_user("ben", password="correct horse battery staple"))
        auth.close()

    asyncio.run(visit())
    assert admin.execute("SELECT count(*) FROM users").fetchone() == (2,)


def test_an_event_loop_ends_while_a_server_does_not_answer():
    """The pool's own tasks, which try to connect, do not keep ``asyncio.run`` from ending."""

    async def ask(port):
        options = PoolOptions(f"postgresql://tests@127.0.0.1:{port}/nowhere", size=1, patience=1)
        await SuspendingPools(options).current()
        await asyncio.sleep(0.2)  # in which a task begins to connect

    with socket.create_server(("127.0.0.1", 0)) as silent:
        program = threading.Thread(target=lambda: asyncio.run(ask(silent.getsockname()[1])), daemon=True)
        program.start()
        program.join(30)
        assert not program.is_alive()


@pytest.mark.parametrize("kind", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_a_connection_that_can_only_read_is_replaced(migrated_postgres_database, admin, kind):
    """It leads to what is a standby since a fail-over, while the name of the server leads to the new primary.

    Each of the pool's connections may fail once.
    """
    name = migrated_postgres_database.rpartition("/")[2]

    async def settled(answer):
        return await answer if asyncio.iscoroutine(answer) else answer

    async def visit():
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        auth = open_auth(migrated_postgres_database, kind)
        try:
            assert await settled(auth.list_users()) == []
            admin.execute("SET default_transaction_read_only = off")
            admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            with pytest.raises(StoreUnavailableError, match="read-only"):
                await settled(auth.create_user("anna"))
            for _ in range(Settings().database_pool_size):
                with suppress(StoreUnavailableError):
                    await settled(auth.create_user("anna"))
                    break
            assert (await settled(auth.get_user("anna"))).username == "anna"
        finally:
            auth.close()

    asyncio.run(visit())


@pytest.mark.parametrize("is_async", [False, True])
def test_a_database_that_can_only_be_read_is_not_ready(migrated_postgres_database, admin, is_async):
    """A standby, or a role that may only read: no visitor could sign in. Once it can be written, it is ready."""
    name = migrated_postgres_database.rpartition("/")[2]
    admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    settings = Settings(database_url=migrated_postgres_database)

    async def ask():
        with closing(open_store(settings, naive_timestamps=False, is_async=is_async)) as opened:
            with pytest.raises(StoreUnavailableError, match="is read-only"):
                await opened.store.check()
            admin.execute("SET default_transaction_read_only = off")
            admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            for _ in range(settings.database_pool_size):  # each connection of the pool may be of before
                with suppress(StoreUnavailableError):
                    await opened.store.check()
            await opened.store.check()

    asyncio.run(ask())


@pytest.mark.parametrize("suspends", [False, True])
def test_a_server_that_hangs_is_waited_for_once(migrated_postgres_database, admin, suspends):
    """However many connections the pool has: who has waited for one of them does not wait for the next one, too."""
    options = PoolOptions(migrated_postgres_database.replace("+psycopg", ""), size=2, patience=1)

    async def ask():
        with closing(PostgresDatabase(options, suspends=suspends)) as database:
            async with database.transaction(), database.transaction():
                pass
            processes = [process for (process,) in admin.execute(OUR_PROCESSES)]
            for process in processes:
                os.kill(process, signal.SIGSTOP)
            try:
                with pytest.raises(StoreUnavailableError, match="does not answer"):
                    await retried(SQLStore(database)).check()
            finally:
                for process in processes:
                    os.kill(process, signal.SIGCONT)
        assert len(processes) == 2

    asyncio.run(ask())


def test_a_lock_held_for_too_long_is_an_error_that_passes(migrated_postgres_database, admin):
    """A statement that takes too long is given up by the server, and nothing of it stays."""
    with closing(open_auth(migrated_postgres_database, timeout=1)) as auth:
        auth.create_user("anna", password="correct horse battery staple")
        with admin.transaction():
            admin.execute("LOCK TABLE users")
            with pytest.raises(StoreUnavailableError, match="statement timeout"):
                auth.create_user("ben", password="correct horse battery staple")
        auth.create_user("ben", password="correct horse battery staple")


def test_a_copy_without_its_sequence_is_no_name_that_is_taken(migrated_postgres_database, admin):
    """Logical replication copies the audit record, and not what numbers it: the error says how to go on."""
    with closing(open_auth(migrated_postgres_database)) as auth:
        auth.create_user("anna")
        admin.execute("SELECT setval('audit_id_seq', 1, false)")
        with pytest.raises(StoreUnavailableError, match="SELECT setval"):
            auth.create_user("ben")
        admin.execute("SELECT setval('audit_id_seq', (SELECT max(id) FROM audit))")
        auth.create_user("ben")


def test_a_database_without_our_tables_any_more_says_so(migrated_postgres_database, admin):
    with closing(open_auth(migrated_postgres_database)) as auth:
        admin.execute("DROP TABLE wallets CASCADE")
        with pytest.raises(StoreUnavailableError, match="gatewright migrate"):
            auth.get_user("anna")


def test_many_processes_may_start_at_once(make_postgres_database, race_threads):
    """One of them makes the tables; the others wait for it, and find nothing to do."""
    url = make_postgres_database()

    def start(_):
        with closing(open_auth(url)) as auth:
            return auth.list_sessions()

    assert race_threads(6, start) == [[]] * 6
