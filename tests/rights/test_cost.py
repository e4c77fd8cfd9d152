"""A check costs one indexed query a request, whatever the number of users and permissions."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from gatewright.model import Rights
from gatewright.storage.sql import SQLiteDatabase, SQLStore
from visitors import OURS, PASSWORD, Visitor

USERS, PERMISSIONS = 10_000, 50


@pytest.fixture(scope="session")
def crowded_database(migrated_file, tmp_path_factory):
    """Ten thousand users who hold fifty permissions each, by SQL."""
    path = tmp_path_factory.mktemp("crowded") / "gatewright.db"
    shutil.copy(migrated_file, path)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {})"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            numbers.format(USERS) + " INSERT INTO users (id, username, is_active, is_verified, created_at)"
            " SELECT printf('%032x', i), 'user-' || i, 1, 1, '2030-01-01T00:00:00.000000' FROM n"
        )
        connection.execute(
            numbers.format(PERMISSIONS) + " INSERT INTO permissions (name)"
            " SELECT 'crowd.p' || i FROM n UNION ALL SELECT 'crowd' UNION ALL SELECT 'general' UNION ALL"
            " SELECT 'general.read'"
        )
        connection.execute("INSERT INTO roles (name) VALUES ('editor'), ('chief')")
        connection.execute("INSERT INTO role_parents (role, parent) VALUES ('chief', 'editor')")
        connection.execute("INSERT INTO role_permissions (role, permission) VALUES ('editor', 'general.*')")
        connection.execute("INSERT INTO user_roles (account_id, role) SELECT id, 'chief' FROM users")
        connection.execute(
            numbers.format(PERMISSIONS) + " INSERT INTO user_permissions (account_id, permission)"
            " SELECT id, 'crowd.p' || i FROM users, n"
        )
    return path


@pytest.fixture
def statements(monkeypatch):
    """Every statement that reads, with its parameters, while the real ones run."""
    seen = []
    for name in ("fetch_one", "fetch_all"):
        fetch = getattr(SQLiteDatabase, name)

        async def noted(self, sql, parameters, fetch=fetch):
            seen.append((sql, dict(parameters)))
            return await fetch(self, sql, parameters)

        monkeypatch.setattr(SQLiteDatabase, name, noted)
    return seen


@pytest.fixture
def signed_in_among(make_auth, register):
    """Sign carol in, with a role and fifty permissions of her own, in whatever database the settings name."""

    def sign_in():
        auth = make_auth()
        for name in [f"crowd.p{number}" for number in range(PERMISSIONS)] + ["general.read"]:
            auth.create_permission(name)
        auth.create_role("editor")
        auth.create_role("chief", inherits=["editor"])
        auth.grant_permission("general.*", role="editor")
        register(auth, roles=["chief"])
        for number in range(PERMISSIONS):
            auth.grant_permission(f"crowd.p{number}", username="carol")
        visitor = Visitor(auth)
        visitor.request().login("carol", PASSWORD, OURS)
        return visitor

    return sign_in


def test_a_request_costs_two_queries_however_much_it_asks(signed_in_among, statements):
    """Session and user, then rights: one query each; a hundred questions, by name, branch and role, cost no more."""
    visitor = signed_in_among()
    statements.clear()
    guard = visitor.request()
    for number in range(PERMISSIONS):
        assert guard.is_granted(f"crowd.p{number}")
        assert not guard.is_granted(f"crowd.q{number}")
        assert guard.is_granted("general.read")
        assert guard.is_granted("general.*")
        assert guard.is_role("editor")
    assert len(statements) == 2


@pytest.fixture
def in_a_crowd(crowded_database, database):
    shutil.copy(crowded_database, database)


def plan_of(database, sql, parameters):
    with closing(sqlite3.connect(database)) as connection:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]


def steps_of(database, sql, parameters):
    """Count the instructions of SQLite's machine that a statement takes."""
    steps = 0

    def step():
        nonlocal steps
        steps += 1

    with closing(sqlite3.connect(database)) as connection:
        connection.set_progress_handler(step, 1)
        connection.execute(sql, parameters).fetchall()
    return steps


TABLES = ("users", "sessions", "wallets", "permissions", "user_permissions", "user_roles", "role_permissions", "roles")


def test_no_query_of_a_request_scans_a_table(in_a_crowd, signed_in_among, statements, database):
    """With half a million grants, every query finds its rows by an index."""
    visitor = signed_in_among()
    statements.clear()
    assert visitor.request().is_granted("crowd.p7")
    assert len(statements) == 2
    for sql, parameters in statements:
        scans = [line for line in plan_of(database, sql, parameters) if line.startswith("SCAN")]
        assert not [line for line in scans if line.split()[1] in TABLES], scans


def test_the_cost_does_not_grow_with_the_crowd(
    signed_in_among, statements, database, crowded_database, make_auth, tmp_path
):
    """The same request takes SQLite the same work alone and among ten thousand users with fifty permissions each."""
    costs = []
    for prepare in (lambda: None, lambda: shutil.copy(crowded_database, database)):
        prepare()
        visitor = signed_in_among()
        statements.clear()
        assert visitor.request().is_granted("crowd.p7")
        costs.append([steps_of(database, sql, parameters) for sql, parameters in statements])
        visitor.auth.close()
    alone, crowded = costs
    assert [round(many / few, 1) for few, many in zip(alone, crowded, strict=True)] == [1.0, 1.0]


def test_ten_thousand_users_are_listed_in_pages(in_a_crowd, make_auth, statements, database):
    """Each page starts from where the last one ended, by the primary key."""
    auth = make_auth()
    statements.clear()
    first = auth.list_users(at_most=100)
    second = auth.list_users(after=first[-1].id, at_most=100)
    assert [user.username for user in first + second] == [f"user-{number}" for number in range(200)]
    for sql, parameters in statements:
        assert not [line for line in plan_of(database, sql, parameters) if line == "SCAN users"]
        assert steps_of(database, sql, parameters) < 10_000


def test_rights_that_a_store_hands_over_with_the_session_are_not_asked_for(
    auth, register, link, sign_in, alice, monkeypatch, statements
):
    """As stores do that are far away; a visitor and whoever has a token have them all the same."""
    register(auth)
    link(auth, "carol", alice)
    find, find_account = SQLStore.find_session, SQLStore.find_account_of_session

    def with_rights(signed_in):
        return replace(signed_in, rights=Rights(("editor",), ("general.read",)))

    async def find_with_rights(self, *given, **options):
        session, signed_in = await find(self, *given, **options)
        return session, with_rights(signed_in)

    async def find_account_with_rights(self, *given, **options):
        return with_rights(await find_account(self, *given, **options))

    monkeypatch.setattr(SQLStore, "find_session", find_with_rights)
    monkeypatch.setattr(SQLStore, "find_account_of_session", find_account_with_rights)
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    token = sign_in(auth, alice).token
    statements.clear()
    users = [visitor.request().user(), auth.get_user_by_token(token)]

    assert [(user.username, user.roles, user.permissions) for user in users] == [
        ("carol", ("editor",), ("general.read",))
    ] * 2
    assert len(statements) == 2
