"""A full disk: what was answered is kept, whatever else is refused leaves nothing, and there is room later."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg
import pytest

from faults.disks import fill
from faults.disks import make_disk as make_disk
from gatewright import EvrmoreAuth, Settings
from gatewright.errors import StoreUnavailableError
from gatewright.storage.open_store import copy_to_postgresql
from gatewright.testing import Wallet
from postgres_server import unprivileged
from stores_under_test import QUICK, assert_sound

PASSWORD = "correct horse battery staple"
CHILD = Path(__file__).parent / "children" / "full.py"


def test_a_full_disk(open_auth, store_settings):
    """Whoever is signed in stays so, and nobody gets in or out until there is room; then the same things succeed."""
    if not store_settings["database_url"].startswith("sqlite"):
        pytest.skip("does not apply: the disk is the database server's own, which the next test fills")
    auth = open_auth()
    auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
    guard, wallet = auth.guard({}), Wallet.new("alice")
    guard.login("anna", PASSWORD, "SQLUserProvider")
    cookie = guard.remember()
    challenge = auth.generate_challenge(wallet.address)
    token = auth.authenticate(wallet.address, challenge, wallet.sign(challenge)).token
    lines = auth.list_audit()
    command = [sys.executable, CHILD, json.dumps(store_settings), token, cookie]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert child.returncode == 0, child.stderr
    told = json.loads(child.stdout)

    names = [user.username for user in auth.list_users() if user.username and user.username.startswith("person-")]
    assert sorted(names) == sorted(told["answered"])
    assert told["answered"]
    assert told["token is valid"] is True
    refused = {"wallet sign-in", "password sign-in", "recall", "sign-out", "reset"}
    assert {act: told[act] for act in refused} == dict.fromkeys(refused, "store_unavailable")
    assert_sound(store_settings)
    assert len(auth.list_audit(event="signed_in")) == 2
    assert len(auth.list_audit()) == len(lines) + len(names)

    other = Wallet.new("full")
    assert auth.create_user(told["refused"])
    assert auth.authenticate(other.address, told["challenge"], other.sign(told["challenge"])).is_active
    assert auth.guard({}).recall(cookie)
    assert auth.invalidate_token(token)


@pytest.fixture
def small_disk(make_disk):
    """A disk that a PostgreSQL may keep tables on."""
    disk, owner = make_disk(32), unprivileged()
    os.chown(disk, owner["user"], owner["group"])
    return disk


@pytest.fixture
def on_small_disk(small_disk, postgres_server, migrated_template):
    """The settings of an empty store whose tables are on the small disk."""

    def run(*statements):
        with psycopg.connect(f"{postgres_server.replace('+psycopg', '')}postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    run(
        f"CREATE TABLESPACE small LOCATION '{small_disk}'",
        f"CREATE DATABASE on_small_disk TEMPLATE {migrated_template} TABLESPACE small",
    )
    yield QUICK | {"database_url": f"{postgres_server}on_small_disk", "challenges_per_address": 10**6}
    run("DROP DATABASE on_small_disk WITH (FORCE)", "DROP TABLESPACE small")


def until_refused(act, things):
    """Do it with one thing after another until the disk is too full for it; return what was done, and what was not."""
    done = []
    for thing in things:
        try:
            act(thing)
        except StoreUnavailableError as error:
            if "No space left on device" not in str(error):
                raise
            return done, thing
        done.append(thing)
    pytest.fail("the disk does not fill up")


def test_a_full_disk_of_postgresql(on_small_disk, small_disk):
    """The server goes on and so do those who are signed in; what is refused has not happened, and can be done later."""
    with EvrmoreAuth(settings=Settings(**on_small_disk)) as auth:
        auth.create_user("anna", password=PASSWORD, is_verified=True)
        visit, wallet = {}, Wallet.new("full")
        auth.guard(visit).login("anna", PASSWORD, "SQLUserProvider")
        challenges = [auth.generate_challenge(wallet.address) for _ in range(300)]

        def sign_in(challenge):
            auth.authenticate(wallet.address, challenge, wallet.sign(challenge))

        ballast = fill(small_disk)
        people, refused = until_refused(auth.create_user, (f"person-{number}" for number in count()))
        spent, unspent = until_refused(sign_in, challenges)
        assert auth.guard(visit).user().username == "anna"
        assert {user.username for user in auth.list_users()} - {None} == {"anna", *people}
        assert len(auth.list_sessions()) == 1 + len(spent)
        assert not auth.get_challenge_details(unspent).used
        ballast.unlink()

        assert auth.create_user(refused)
        sign_in(unspent)
        auth.guard(visit).destroy()
        assert len(auth.list_audit(event="signed_in")) == len(spent) + 2
    assert_sound(on_small_disk)


@pytest.fixture
def installed(tmp_path):
    """The settings of a SQLite installation whose audit record takes more room than `fill` leaves."""
    settings = QUICK | {"database_url": f"sqlite:///{tmp_path / 'gatewright.db'}"}
    with EvrmoreAuth(settings=Settings(**settings)) as auth:
        auth.create_user("anna", password=PASSWORD, is_verified=True)
    with closing(sqlite3.connect(tmp_path / "gatewright.db")) as connection, connection:
        lines = ((f"2026-01-01 00:00:{second:02}.000000", "signed_in") for second in range(60) for _ in range(200))
        connection.executemany("INSERT INTO audit (at, event) VALUES (?, ?)", lines)
    return settings


def test_a_full_disk_of_postgresql_that_an_installation_is_copied_to(installed, on_small_disk, small_disk):
    """It says how to go on, no table is there in part, and the next run completes it."""
    source, target = Settings(**installed), on_small_disk["database_url"]
    with closing(psycopg.connect(target.replace("+psycopg", ""), autocommit=True)) as stranger:
        ballast = fill(small_disk, but=500_000)
        with pytest.raises(StoreUnavailableError, match=r"No space left on device.*Run the same command again"):
            copy_to_postgresql(source, target, lambda *_: None)
        assert stranger.execute("SELECT count(*) FROM audit").fetchone() == (0,)
        ballast.unlink()

    copied = {each.name: each.copied for each in copy_to_postgresql(source, target, lambda *_: None)}
    assert copied["audit"] == 12_001
    assert_sound(on_small_disk)
