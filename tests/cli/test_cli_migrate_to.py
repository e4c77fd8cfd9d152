"""``gatewright migrate --to``: an installation moves from SQLite to PostgreSQL, and nobody who uses it notices."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import sqlite3
from contextlib import closing, contextmanager

import psycopg
import pytest

from gatewright import EvrmoreAuth, MemoryUserProvider, Settings
from gatewright.drive import run_to_completion
from gatewright.errors import GatewrightError
from gatewright.ports import Owner
from gatewright.storage.sql.tables import metadata
from gatewright.testing import Wallet
from gatewright.testing.store_conformance.authenticators import an_authenticator, enrol
from gatewright.testing.store_conformance.pending_steps import a_step, begin
from mailboxes import Mailboxes

SECRET = "a secret for tests, longer than 32 bytes"
PASSWORD = "correct horse battery staple"
OURS = "SQLUserProvider"
LONG_ID = "ü" * 255
LONG_NAME = "日" * 200
TABLES = [table.name for table in metadata.sorted_tables]
IS_WAITING = "SELECT 1 FROM pg_locks WHERE relation = 'sessions'::regclass AND NOT granted"


def open_auth(url, *providers):
    settings = Settings(jwt_secret=SECRET, argon2_memory_kib=8, argon2_iterations=1)
    return EvrmoreAuth(url, settings=settings, providers=providers)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A file with rows of every kind, a visitor's cookie, one that remembers a browser, and a wallet's token."""
    path = tmp_path_factory.mktemp("installed") / "gatewright.db"
    carol = Wallet.new("carol")
    elsewhere = MemoryUserProvider([{"email": "eve", "password": MemoryUserProvider([]).hash_password(PASSWORD)}])
    with open_auth(f"sqlite:///{path}", elsewhere) as auth:
        post = Mailboxes()
        post.serve(auth)
        auth.create_permission("shop.overview")
        auth.create_role("staff")
        auth.create_role("boss", inherits=["staff"])
        auth.grant_permission("shop.*", role="staff")
        anna = auth.create_user("anna", email="anna@bücher.example", password=PASSWORD, is_verified=True)
        auth.create_user(LONG_NAME, password=PASSWORD, is_verified=True, user_id=LONG_ID, roles=["boss"])
        auth.grant_permission("shop.overview", username="anna")
        wallet = Wallet.new("anna's")
        challenge = auth.generate_challenge(wallet.address)
        auth.link_wallet("anna", evrmore_address=wallet.address, challenge=challenge, signature=wallet.sign(challenge))
        auth.set_profile("anna", {"name": "Анна 🎻", "note": "' \\N \\t"})
        cookie = {}
        guard = auth.guard(cookie, ip_address="2001:db8::1", user_agent="Tšéck/1.0 🦊")
        guard.login("anna", PASSWORD, OURS)
        remembered = auth.guard(cookie).remember()
        auth.guard({}).login("eve", PASSWORD, elsewhere)
        with pytest.raises(GatewrightError):
            auth.attempt("anna", "wrong", OURS, ip_address="192.0.2.1")
        challenge = auth.generate_challenge(carol.address)
        token = auth.authenticate(carol.address, challenge, carol.sign(challenge)).token
        auth.generate_challenge(carol.address)
        auth.request_password_reset("anna@bücher.example", next_path="/später")
        auth.deliver_mails()
        auth.sign_up("dora@example.com", password=PASSWORD)
        begin(auth._parts.store, run_to_completion, a_step("1", user_id=anna.id), account_id=anna.id)
        for owner in (Owner(anna.id), Owner("eve", "Elsewhere")):
            passkey = an_authenticator(owner.user_id, owner, counter=2**32)
            enrol(auth._parts.store, run_to_completion, passkey, owner=owner)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'audit'")  # as after a purge
        assert all(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES)
    return path, {"anna": anna.id, "cookie": cookie, "remembered": remembered, "token": token}


@pytest.fixture
def visits(installed, folder):
    """What the visitors of the test's own copy of the installation have, which is in the command's folder."""
    path, visits = installed
    shutil.copyfile(path, folder / "gatewright.db")
    return visits


@pytest.fixture
def target(make_postgres_database):
    """The URL of an empty database."""
    return make_postgres_database()


@pytest.fixture
def look(target):
    """Run a statement on the target as a stranger would."""
    with closing(psycopg.connect(target.replace("+psycopg", ""), autocommit=True)) as connection:
        yield lambda statement, *parameters: connection.execute(statement, parameters or None)


@pytest.fixture
def halfway(start, invoke, target, look):
    """Start the command, let it wait for the sessions, which somebody else has locked, and yield the process."""

    @contextmanager
    def halfway():
        assert invoke("migrate", GATEWRIGHT_DATABASE_URL=target).exit_code == 0
        with closing(psycopg.connect(target.replace("+psycopg", ""))) as other:
            other.execute("LOCK TABLE sessions IN ROW EXCLUSIVE MODE")
            process = start("migrate", "--to", target)
            while not look(IS_WAITING).fetchone():
                assert process.poll() is None
            yield process

    return halfway


@pytest.fixture
def counts(look):
    """Count the rows of every table of the target."""
    return lambda: {name: look(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


@pytest.fixture
def change(folder):
    """Run a statement on the source, as an operator would by hand."""

    def change(statement, *parameters):
        with closing(sqlite3.connect(folder / "gatewright.db")) as connection, connection:
            return connection.execute(statement, parameters).fetchall()

    return change


@pytest.mark.usefixtures("visits")
def test_every_row_of_every_table_is_copied(invoke, target, change, counts):
    result = invoke("migrate", "--to", target)

    assert (result.exit_code, result.stderr.count("Set GATEWRIGHT_DATABASE_URL")) == (0, 1)
    assert "digests of all tables are equal" in result.stdout
    assert counts() == {name: change(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}


def test_visitors_do_not_notice(invoke, target, visits):
    """An old session goes on, an old password and a remembered browser are known; an account is as it was."""
    assert invoke("migrate", "--to", target).exit_code == 0
    with open_auth(target) as auth:
        assert auth.guard(dict(visits["cookie"])).user().id == visits["anna"]
        assert auth.get_user_by_token(visits["token"]) is not None
        assert auth.guard({}).recall(visits["remembered"])
        guard = auth.guard({})
        assert guard.login("anna", PASSWORD, OURS).email == "anna@bücher.example"
        assert guard.is_granted("shop.overview")
        assert auth.get_profile("anna") == {"name": "Анна 🎻", "note": "' \\N \\t"}
        assert auth.attempt(LONG_NAME, PASSWORD, OURS, ip_address="192.0.2.9").id == LONG_ID
        assert "Tšéck/1.0 🦊" in [session.user_agent for session in auth.list_sessions()]


@pytest.mark.usefixtures("visits")
def test_the_audit_record_goes_on_behind_every_number_that_was_ever_given(invoke, target):
    assert invoke("migrate", "--to", target).exit_code == 0
    with open_auth(target) as auth:
        auth.create_role("new")
        assert auth.list_audit()[-1][0] == 5001


@pytest.mark.usefixtures("visits")
def test_the_facts_for_programs(invoke, target, counts):
    """The second run finds that there is nothing to do."""
    first, second = (json.loads(invoke("migrate", "--to", target, "--json").stdout)["tables"] for _ in range(2))

    assert {row["table"]: row["rows"] for row in first} == counts()
    assert [row["copied"] for row in first] == [row["rows"] for row in first]
    assert second == [row | {"copied": 0} for row in first]


@pytest.mark.usefixtures("visits")
def test_a_killed_run_is_taken_up(halfway, invoke, target, change, counts):
    """After a death in the middle each table is whole or empty; the next run copies those that are missing."""
    with halfway() as process:
        process.kill()
        process.wait()
    there, wanted = counts(), {name: change(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}
    document = json.loads(invoke("migrate", "--to", target, "--json").stdout)

    assert (there["users"], there["sessions"]) == (wanted["users"], 0)
    assert all(rows in (0, wanted[name]) for name, rows in there.items())
    copied = {row["table"]: row["copied"] for row in document["tables"]}
    assert copied == {name: rows - there[name] for name, rows in wanted.items()}
    assert counts() == wanted


@pytest.mark.usefixtures("visits")
def test_a_terminal_sees_how_many_rows_are_done_of_how_many(start, target):
    master, slave = pty.openpty()
    try:
        process = start("migrate", "--to", target, "--json", stderr=slave, env={"TERM": "xterm", "NO_COLOR": "1"})
        shown = b""
        while re.search(rb"\d+/\d+ rows", shown) is None:
            assert select.select([master], [], [], 60)[0], shown
            shown += os.read(master, 1000)
        stdout, _ = process.communicate(timeout=60)
    finally:
        os.close(master)
        os.close(slave)
    assert json.loads(stdout)["tables"]


@pytest.mark.usefixtures("visits")
def test_a_killed_run_whose_source_has_changed_since_is_not_mixed_with_another(invoke, target, change, look):
    assert invoke("migrate", "--to", target).exit_code == 0
    look("DELETE FROM sessions")
    change("UPDATE users SET is_active = 0 WHERE username = 'anna'")
    result = invoke("migrate", "--to", target)

    assert result.exit_code == 3
    assert "DROP DATABASE" in result.stderr
    assert look("SELECT count(*) FROM sessions").fetchone() == (0,)


@pytest.mark.usefixtures("visits")
def test_a_target_in_use_is_left_alone(invoke, target, counts):
    with open_auth(target) as auth:
        auth.create_user("zoe", password=PASSWORD)
    before = counts()
    result = invoke("migrate", "--to", target, "--json")

    assert result.exit_code == 3
    assert json.loads(result.stderr)["error"]["code"] == "configuration"
    assert counts() == before


def test_nobody_can_write_to_the_source_meanwhile(halfway, visits, change):
    """Readers go on; a writer is told that the file is locked."""
    with halfway() as process:
        with (
            closing(sqlite3.connect("gatewright.db", timeout=0)) as writer,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            writer.execute("DELETE FROM sessions")
        assert change("SELECT id FROM users WHERE id = ?", visits["anna"])
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("statement", "table", "problem"),
    [
        ("UPDATE users SET username = 'an' || char(0) || 'na' WHERE username = 'anna'", "users", "NUL character"),
        ("UPDATE sessions SET user_agent = CAST(x'ff41' AS TEXT)", "sessions", "not valid UTF-8"),
        ("UPDATE audit SET at = 'yesterday' WHERE id = 1", "audit with id 1", "not a timestamp"),
        ("UPDATE users SET is_active = 7 WHERE username = 'anna'", "users", "neither 0 nor 1"),
        ("UPDATE links SET digest = 'text'", "links", "not bytes"),
        ("UPDATE outbox SET tries = 'often'", "outbox", "not a number"),
        ("UPDATE outbox SET error = x'00'", "outbox", "not text"),
        ("DELETE FROM users WHERE username = 'anna'", "refers to a row of users", "foreign_key_check"),
    ],
    ids=["NUL", "no UTF-8", "no time", "no flag", "no bytes", "no number", "no text", "no owner"],
)
@pytest.mark.usefixtures("visits")
def test_what_postgresql_cannot_hold_is_named_before_anything_is_copied(
    invoke, target, change, counts, statement, table, problem
):
    change(statement)
    result = invoke("migrate", "--to", target)

    assert result.exit_code == 2
    assert table in result.stderr
    assert problem in result.stderr
    assert not any(counts().values())


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("sqlite:///other.db", "--to takes a database URL"),
        ("mysql://localhost/shop", "not supported"),
        ("postgresql://tests@127.0.0.1:1/nowhere", "cannot be reached"),
    ],
)
@pytest.mark.usefixtures("visits")
def test_a_wrong_target_is_told(invoke, folder, to, words):
    result = invoke("migrate", "--to", to)

    assert result.exit_code in (2, 3)
    assert words in result.stderr
    assert not (folder / "other.db").exists()


@pytest.mark.parametrize("source", ["sqlite:///nosuch.db", "sqlite://", "postgresql://tests@127.0.0.1:1/shop"])
def test_a_wrong_source_is_told(invoke, folder, target, source):
    result = invoke("migrate", "--to", target, GATEWRIGHT_DATABASE_URL=source)

    assert result.exit_code == 2
    assert "Only a SQLite file can be copied" in result.stderr
    assert not list(folder.iterdir())


@pytest.mark.usefixtures("visits")
def test_a_lost_server_is_an_error_that_says_how_to_go_on(halfway, invoke, target, look):
    with halfway() as process:
        look("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gatewright'")
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 3
    assert b"Run the same command again" in stderr
    assert invoke("migrate", "--to", target).exit_code == 0


@pytest.mark.usefixtures("visits")
def test_a_big_table_may_take_longer_than_statements_usually_may(halfway, look, target):
    """As where a time-out has been set for the role, because there is a pooler."""
    look(f"ALTER DATABASE {target.rpartition('/')[2]} SET statement_timeout = '500ms'")
    with halfway() as process:
        while not look(f"{IS_WAITING} AND waitstart < clock_timestamp() - interval '600ms'").fetchone():
            assert process.poll() is None
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.usefixtures("visits")
def test_an_installation_is_copied_through_a_pooler(invoke, target, pgbouncer, counts):
    result = invoke("migrate", "--to", f"{pgbouncer}{target.rpartition('/')[2]}")

    assert result.exit_code == 0
    assert all(counts().values())


@pytest.mark.usefixtures("visits")
def test_a_server_may_write_dates_as_it_likes(invoke, target, look, counts):
    """The second run reads what is there already."""
    look(f"ALTER DATABASE {target.rpartition('/')[2]} SET datestyle = 'SQL, DMY'")
    results = [invoke("migrate", "--to", target) for _ in range(2)]

    assert [result.exit_code for result in results] == [0, 0]
    assert all(counts().values())
