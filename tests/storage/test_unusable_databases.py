"""A database that cannot be used is told from one that is only busy, in words that help; nothing else leaks out."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import traceback
from contextlib import closing
from pathlib import Path

import pytest

from gatewright import EvrmoreAuth
from gatewright.errors import ConfigurationError, StoreUnavailableError


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "sqlite:///gatewright.db, or to postgresql"),
        ("://", "sqlite:///gatewright.db, or to postgresql"),
        ("mysql://host/db", "mysql:// is not supported"),
        ("postgresql+asyncpg://host/db", r"or to postgresql\+psycopg://"),
        ("postgresql://user@[host/db", "cannot be read"),
        ("postgresql://user@host/db?nosuch=1", "nosuch"),
        ("sqlite://gatewright.db", "needs three slashes"),
        ("sqlite://localhost/gatewright.db", "needs three slashes"),
        ("sqlite+pysqlite://gatewright.db", "needs three slashes"),
        ("sqlite:///gatewright.db?mode=ro", "does not take: mode"),
        ("sqlite://?cache=shared", "does not take: cache"),
        ("sqlite:///missing/folder/g.db", "mkdir -p"),
        ("sqlite:////" + "a" * 300 + "/g.db", "File name too long"),
        ("sqlite:////tmp/a\0b", "must name a file"),
        ("sqlite:///.", "must name a file"),
    ],
)
def test_an_unusable_url_is_a_configuration_error(url, words):
    """Nonsense, other databases, and paths that cannot be: the message says what is wrong or what would do."""
    with pytest.raises(ConfigurationError, match=words) as raised:
        EvrmoreAuth(url, jwt_secret="a secret for tests, longer than 32 bytes")

    assert raised.value.code == "configuration"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:hidden-words@host/db",
        "postgresql://user:hidden-words@127.0.0.1:1/db",
        "postgresql://user:hidden-words@127.0.0.1:port/db",
        "postgresql://user:hidden-words@[host/db",
        "postgresql://user:hidden-words@host/db?nosuch=1",
        "postgresql://user:hidden-%zz-words@host/db",
    ],
)
def test_a_password_in_the_url_is_not_shown(url):
    """What cannot be used is told without the password in it."""
    with pytest.raises((ConfigurationError, StoreUnavailableError)) as raised:
        EvrmoreAuth(url, jwt_secret="a secret for tests, longer than 32 bytes")

    shown = "".join(traceback.format_exception(raised.value))
    assert "hidden" not in shown


def test_a_file_that_is_no_database_is_left_alone(path, url):
    """Somebody's text file is refused, and keeps its content."""
    path.write_text("dear diary, " * 1000)
    with pytest.raises(StoreUnavailableError, match="not a database"):
        EvrmoreAuth(url)

    assert path.read_text() == "dear diary, " * 1000


def test_a_foreign_database_is_left_alone(path, url, query):
    """A database with tables of our names that are not ours is refused, and keeps what it holds."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (name)")
    with pytest.raises(ConfigurationError, match="another application"):
        EvrmoreAuth(url)

    assert query("SELECT sql FROM sqlite_master") == [("CREATE TABLE users (name)",)]


@pytest.mark.skipif(os.name != "posix", reason="needs file modes")
def test_rights_that_are_missing_are_told_clearly(run_child):
    """Folders and files that may not be read or written: an error of ours each time, in words."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        lines = run_child("unprivileged", folder).splitlines()

    assert [line.split(": ", 2)[:2] for line in lines] == [
        ["readonly folder", "StoreUnavailableError"],
        ["inner", "ConfigurationError"],
        ["old readonly folder", "StoreUnavailableError"],
        ["readonly file", "StoreUnavailableError"],
        ["foreign secret", "ConfigurationError"],
        ["ready", "StoreUnavailableError"],
    ]
    assert all(line.split(": ", 2)[2] for line in lines)
