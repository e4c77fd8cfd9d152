"""A Redis that is down, hangs or is full: nobody is let in, and everything goes on when it is back."""

from __future__ import annotations

import asyncio
from contextlib import closing, contextmanager

import pytest

from gatewright.errors import StoreUnavailableError
from gatewright.storage.open_store import open_store
from redis_server import eventually, serving, serving_sentinel
from visitors import OURS, PASSWORD, Visitor


@pytest.fixture
def redis_server():
    """A server of the test's own, which it may kill."""
    with serving() as server:
        yield server


@contextmanager
def killed(server):
    server.kill()
    yield
    server.start()


@contextmanager
def paused(server):
    server.pause()
    yield
    server.resume()


@contextmanager
def full(server):
    server.ask("CONFIG", "SET", "maxmemory", "1")
    yield
    server.ask("CONFIG", "SET", "maxmemory", "0")


@pytest.mark.parametrize("down", [killed, paused], ids=["killed", "paused"])
def test_nobody_is_let_in_while_redis_is_down(make_auth, gatewright_settings, signed_in, alice, redis_server, down):
    """Whatever needs it says so; whoever was signed in comes back with it, unless it has lost them."""
    soon = f"{redis_server.url}?socket_timeout=0.2"
    impatient = make_auth(settings=gatewright_settings.with_values(redis_url=soon))
    with down(redis_server):
        for act in (
            impatient.guard(signed_in.cookie).user,
            lambda: impatient.generate_challenge(alice.address),
            lambda: impatient.attempt("carol", PASSWORD, OURS, ip_address="192.0.2.1"),
            lambda: Visitor(impatient).request().login("carol", PASSWORD, OURS),
        ):
            with pytest.raises(StoreUnavailableError):
                act()

    assert signed_in.request().is_guest() == (down is killed)
    Visitor(impatient).request().login("carol", PASSWORD, OURS)


def test_a_sign_out_needs_no_redis(auth, signed_in, redis_server):
    """It is in SQL before the visitor is told, and they stay signed out."""
    thief = signed_in.thief()
    with paused(redis_server):
        signed_in.request().destroy()

    assert thief.request().is_guest()


def test_an_account_is_deleted_without_redis(make_auth, gatewright_settings, signed_in, carol, redis_server):
    """What Redis still has of it ends by itself."""
    soon = f"{redis_server.url}?socket_timeout=0.2"
    impatient = make_auth(settings=gatewright_settings.with_values(redis_url=soon))
    with paused(redis_server):
        impatient.delete_user(carol.id)

    assert signed_in.request().is_guest()


def test_a_full_redis_lets_nobody_in(auth, carol, alice, redis_server):
    """It refuses to count attempts, and so nothing may be guessed."""
    with full(redis_server):
        with pytest.raises(StoreUnavailableError):
            auth.attempt("carol", PASSWORD, OURS, ip_address="192.0.2.1")
        with pytest.raises(StoreUnavailableError):
            auth.generate_challenge(alice.address)

    assert auth.attempt("carol", PASSWORD, OURS, ip_address="192.0.2.1").username == "carol"


@pytest.mark.parametrize("is_async", [False, True])
def test_a_redis_that_has_become_a_replica_is_not_ready(gatewright_settings, redis_server, is_async):
    """It can only be read, so nobody could sign in. A full one is ready: whoever is signed in is served."""

    async def ask():
        with closing(open_store(gatewright_settings, naive_timestamps=False, is_async=is_async)) as opened:
            with full(redis_server):
                await opened.store.check()
            with serving() as master:
                redis_server.ask("REPLICAOF", "127.0.0.1", master.port)
                with pytest.raises(StoreUnavailableError, match="read only"):
                    await opened.store.check()
            redis_server.ask("REPLICAOF", "NO", "ONE")
            await opened.store.check()

    asyncio.run(ask())


@pytest.mark.long
def test_a_replica_takes_over_from_a_master_that_was_killed(make_auth, gatewright_settings, register):
    """Whoever was signed in stays so, whoever has signed out stays out, and new visitors sign in."""
    with serving_sentinel() as (url, master, replica):
        auth = make_auth(settings=gatewright_settings.with_values(redis_url=url))
        register(auth)
        stays, leaves = Visitor(auth), Visitor(auth)
        for visitor in (stays, leaves):
            visitor.request().login("carol", PASSWORD, OURS)
        left = leaves.thief()
        eventually(lambda: len(replica.ask("KEYS", "*session*")) == 2, "the replica has both sessions")
        leaves.request().destroy()
        master.kill()
        with pytest.raises(StoreUnavailableError):
            stays.request().user()
        eventually(lambda: b"role:master" in replica.ask("INFO", "replication"), "the replica has taken over")
        eventually(lambda: is_recognised(stays), "the application has found it")

        assert left.request().is_guest()
        Visitor(auth).request().login("carol", PASSWORD, OURS)


def is_recognised(visitor):
    try:
        return not visitor.request().is_guest()
    except StoreUnavailableError:
        return False
