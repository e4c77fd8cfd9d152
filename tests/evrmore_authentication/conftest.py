from __future__ import annotations

import sqlite3

import pytest

from evrmore_authentication import EvrmoreAuth


class Database:
    """What the documents call ``db``: an application's own connection to the file that the sign-ins are in."""

    def __init__(self, path):
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self.close = self._connection.close

    def execute(self, statement, parameters=()):
        self._connection.execute(statement, parameters)

    def fetchone(self, statement, parameters=()):
        return self._connection.execute(statement, parameters).fetchone()

    def fetchall(self, statement, parameters=()):
        return self._connection.execute(statement, parameters).fetchall()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working directory, as on the day when somebody types the first example in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def evrmore_auth():
    """The object as the documents make it: without any argument, on the machine's own clock."""
    auth = EvrmoreAuth()
    yield auth
    auth.close()


@pytest.fixture
def db(evrmore_auth):
    database = Database("gatewright.db")
    yield database
    database.close()
