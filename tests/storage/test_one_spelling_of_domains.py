"""Addresses that were kept before a domain had one spelling: changed where that is possible, told where it is not."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from gatewright import EvrmoreAuth, Settings
from gatewright.errors import TakenError, UserNotFoundError
from gatewright.storage.sql import SQLiteDatabase, migrate

PASSWORD = "correct horse battery staple"
OURS = "SQLUserProvider"


@pytest.fixture
def keep(make_auth, url, path):
    """Make accounts as the release before kept them, address -> username, and open the database with this one."""

    def keep(addresses):
        with make_auth() as auth:
            for number, username in enumerate(addresses.values()):
                auth.create_user(username, email=f"{number}@example.com", password=PASSWORD, is_verified=True)
        back_to(url, "0002")
        with closing(sqlite3.connect(path)) as connection, connection:
            for number, address in enumerate(addresses):
                change = {"address": address, "before": f"{number}@example.com"}
                connection.execute("UPDATE users SET email = :address WHERE email = :before", change)
        return make_auth()

    return keep


def back_to(url, revision):
    config = Config()
    config.set_main_option("script_location", "gatewright.storage.sql:migrations")
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("info@xn--mnchen-3ya.example", "info@münchen.example"),
        ("info@münchen.example", "info@münchen.example"),
        ("info@münchen\u3002example", "info@münchen.example"),
        ("info@example.com", "info@example.com"),
        ("info@strasse.example", "info@strasse.example"),
        ("info@xn--zzzzzz", "info@xn--zzzzzz"),
        ("written\u200b by hand", "written\u200b by hand"),
    ],
)
def test_an_address_gets_the_one_spelling(keep, query, kept, shown):
    """Its owner signs in as before; what is none stays as it is."""
    auth = keep({kept: "anna"})
    assert query("SELECT email FROM users") == [(shown,)]
    assert auth.attempt("anna", PASSWORD, OURS).email == shown
    if "\u200b" not in kept:
        assert auth.attempt(kept, PASSWORD, OURS).email == shown


def test_what_goes_with_an_address_changes_with_it(url, path, query):
    """A username that is the address, mails that wait, and links that were sent: they stay good."""
    settings = Settings(jwt_secret="a secret for tests, longer than 32 bytes", mail_delivery="command")
    with EvrmoreAuth(url, settings=settings) as auth:
        auth.create_user("info@münchen.example", email="info@münchen.example", password=PASSWORD)
        auth.request_email_verification("info@münchen.example")
        auth.deliver_mails()
        auth.request_password_reset("info@münchen.example")
    back_to(url, "0002")
    of_people = {"users": ("username", "email"), "links": ("email",)}
    tables = of_people | {"letters": ("email",)}
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, columns in tables.items():
            for column in columns:
                connection.execute(f"UPDATE {table} SET {column} = 'info@xn--mnchen-3ya.example'")
    EvrmoreAuth(url, settings=settings).close()

    for table, columns in (of_people | {"outbox": ("email",)}).items():
        assert query(f"SELECT {', '.join(columns)} FROM {table}") == [("info@münchen.example",) * len(columns)]


def test_two_accounts_of_one_mailbox_stay_two(keep, query, caplog):
    """Both are found as before, the log says so without the address, and there will be no third."""
    with caplog.at_level(logging.WARNING, "gatewright.storage"):
        auth = keep({"info@xn--mnchen-3ya.example": "anna", "info@münchen.example": "ben"})
    (anna,) = query("SELECT id FROM users WHERE username = 'anna'")

    assert query("SELECT email FROM users ORDER BY username") == [
        ("info@xn--mnchen-3ya.example",),
        ("info@münchen.example",),
    ]
    assert [record.args for record in caplog.records] == [anna]
    assert "@" not in caplog.text
    for address, name in {"info@xn--mnchen-3ya.example": "anna", "Info@MÜNCHEN.example": "ben"}.items():
        assert auth.attempt(address, PASSWORD, OURS).username == name
        assert auth.get_user(address).username == name
    with pytest.raises(TakenError):
        auth.create_user("carol", email="info@xn--mnchen-3ya.example")
    auth.disable_user("info@xn--mnchen-3ya.example")
    assert [auth.get_user(name).is_active for name in ("anna", "ben")] == [False, True]


def test_of_two_old_spellings_the_older_account_gets_the_one(keep, query):
    """And the other one keeps its own."""
    auth = keep({"info@xn--mnchen-3ya.example": "anna", "info@münchen\u3002example": "ben"})
    by_name = dict(query("SELECT username, email FROM users"))

    assert sorted(by_name.values()) in (
        ["info@münchen.example", "info@münchen\u3002example"],
        ["info@xn--mnchen-3ya.example", "info@münchen.example"],
    )
    assert {auth.attempt(name, PASSWORD, OURS).username for name in by_name} == {"anna", "ben"}


def test_a_new_database_has_nothing_to_change(url, query):
    """Nor does a second start."""
    for _ in range(2):
        with closing(SQLiteDatabase(url)) as database:
            migrate(database)
    assert query("SELECT email FROM users") == []


def test_who_was_kept_in_another_letter_is_not_guessed(keep):
    """Whether ``ss`` was typed as ``ß`` nobody knows any more, and it would be another mailbox."""
    auth = keep({"info@strasse.example": "anna"})
    with pytest.raises(UserNotFoundError):
        auth.attempt("info@straße.example", PASSWORD, OURS)
