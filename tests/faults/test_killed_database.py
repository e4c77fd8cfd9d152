"""A database server whose process is killed under load: what was answered holds, and it goes on by itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from gatewright.errors import StoreUnavailableError
from stores_under_test import assert_sound

PASSWORD = "correct horse battery staple"
PATIENCE = 60


@pytest.fixture
def kill_a_process(store_settings):
    """Kill one of the server's processes by SIGKILL: it ends all others, and recovers what was committed."""
    if not store_settings["database_url"].startswith("postgresql"):
        pytest.skip("does not apply: SQLite has no server")

    def kill_a_process():
        url = store_settings["database_url"].replace("+psycopg", "")
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT pg_sleep(60)")

    return kill_a_process


def test_what_was_answered_outlives_a_killed_server(open_auth, store_settings, kill_a_process):
    auth = open_auth()
    names, refused, is_over = [], [], threading.Event()

    def sign_people_up(number):
        for turn in range(10_000):
            if is_over.is_set():
                return
            name = f"person-{number}-{turn}"
            try:
                auth.create_user(name, password=PASSWORD, is_verified=True)
                auth.guard({}).login(name, PASSWORD, "SQLUserProvider")
                names.append(name)
            except StoreUnavailableError as error:
                refused.append(error)

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(sign_people_up, number) for number in range(4)]
        try:
            _wait_until(lambda: len(names) > 8)
            kill_a_process()
            killed_at = len(names)
            _wait_until(lambda: len(names) > killed_at + 8)
        finally:
            is_over.set()
        for thread in running:
            thread.result()

    kept = {session.username for session in auth.list_sessions()}
    assert set(names) <= kept
    assert all("not available" in str(error) for error in refused)
    assert_sound(store_settings)


def _wait_until(is_so):
    for _ in range(PATIENCE * 20):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it does not go on")
