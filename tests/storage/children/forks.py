"""Forks with open connections, in the manner that the first argument names; the second is the database's URL.

Prints what the parent and the child found, one line each, and leaves the database for the test to look at.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
from contextlib import closing, contextmanager

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Settings
from gatewright.drive import run_to_completion
from gatewright.storage.sql import SQLiteDatabase

SETTINGS = Settings(jwt_secret="a secret for tests, longer than 32 bytes", challenges_per_address=1000)


def sign_in(auth, wallet):
    address, wif = wallet
    challenge = auth.generate_challenge(address)
    return auth.authenticate(address, challenge, auth.sign_message(wif, challenge)).token


def in_child(act):
    """Call `act` in a forked child and end it, without the parent's own end; return the child's process."""
    process = os.fork()
    if process == 0:
        try:
            act()
            sys.stdout.flush()
            os._exit(0)
        finally:
            os._exit(1)
    return process


def wait_for(process):
    _, status = os.waitpid(process, 0)
    if status:
        sys.exit("the child failed")


@contextmanager
def busy_threads(count, act):
    """Keep threads calling `act` while the block runs, all of them with a connection open from the start."""
    stop, opened = threading.Event(), threading.Barrier(count + 1, timeout=60)

    def work():
        act()
        opened.wait()
        while not stop.is_set():
            act()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    opened.wait()
    yield
    stop.set()
    for thread in threads:
        thread.join()


def both_go_on(url):
    """Four threads sign in all the time; the parent forks five times; parent and children sign in and validate."""
    auth = EvrmoreAuth(url, settings=SETTINGS)
    wallet = auth.create_wallet_address()
    token = sign_in(auth, wallet)

    def child():
        print("child", bool(auth.validate_token(token)), bool(auth.validate_token(sign_in(auth, wallet))))

    with busy_threads(4, lambda: sign_in(auth, wallet)):
        for _ in range(5):
            process = in_child(child)
            sign_in(auth, wallet)
            wait_for(process)
    print("parent", bool(auth.validate_token(token)))
    auth.close()


def child_outlives_parent(url):
    """A child goes on when its parent has let go of the database and a stranger has come and gone."""
    auth = EvrmoreAuth(url, settings=SETTINGS)
    wallet = auth.create_wallet_address()
    token = sign_in(auth, wallet)
    child_works, tell_parent = os.pipe()
    parent_is_done, tell_child = os.pipe()

    def child():
        sign_in(auth, wallet)
        os.write(tell_parent, b".")
        os.read(parent_is_done, 1)
        auth.invalidate_token(token)
        print("child", len(auth.list_sessions()))

    process = in_child(child)
    os.read(child_works, 1)
    auth.close()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as stranger:
        stranger.execute("SELECT count(*) FROM sessions").fetchone()
    os.write(tell_child, b".")
    wait_for(process)
    print("parent", len(auth.list_sessions()))
    auth.close()


def newcomer_waits(url):
    """A thread without a connection waits for a long transaction while another thread forks: nobody waits for ever."""
    database = SQLiteDatabase(url)
    holds, fork_begins = threading.Event(), threading.Event()
    os.register_at_fork(before=fork_begins.set)  # runs first, since it was registered last

    def hold():
        with database.exclusive_connection():
            holds.set()
            fork_begins.wait()

    def come():
        with database.exclusive_connection():
            pass

    holder, newcomers = threading.Thread(target=hold), [threading.Thread(target=come) for _ in range(3)]
    holder.start()
    holds.wait()
    for newcomer in newcomers:
        newcomer.start()
    wait_for(in_child(lambda: print("child", run_to_completion(database.fetch_one("SELECT 1", {})))))
    for thread in (holder, *newcomers):
        thread.join()
    print("parent", run_to_completion(database.fetch_one("SELECT 1", {})))
    database.close()


def in_memory(url):
    """A database in memory is copied: the child has its own, the parent's stays as it was."""
    auth = EvrmoreAuth("sqlite://", settings=SETTINGS)
    wallet = auth.create_wallet_address()
    sign_in(auth, wallet)
    wait_for(in_child(lambda: print("child", bool(sign_in(auth, wallet)), len(auth.list_sessions()))))
    print("parent", len(auth.list_sessions()))


def asynchronous(url):
    """The pool of an AsyncEvrmoreAuth has run in the parent; the child's pool is its own."""
    auth = AsyncEvrmoreAuth(url, settings=SETTINGS)
    address, wif = auth.create_wallet_address()

    async def sign_in_and_validate():
        challenge = await auth.generate_challenge(address)
        session = await auth.authenticate(address, challenge, auth.sign_message(wif, challenge))
        return bool(await auth.validate_token(session.token))

    print("parent", asyncio.run(sign_in_and_validate()), flush=True)
    wait_for(in_child(lambda: print("child", asyncio.run(sign_in_and_validate()))))
    print("parent", asyncio.run(sign_in_and_validate()))
    auth.close()


globals()[sys.argv[1]](sys.argv[2])
