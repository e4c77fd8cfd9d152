"""Connections to Redis: none is shared with a forked child or another event loop, and a request costs one command."""

from __future__ import annotations

import asyncio
import gc
import os
from contextlib import closing

import pytest

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.drive import run_to_completion
from gatewright.storage.redis import RedisServer, read_url
from gatewright.storage.redis.server import Script
from redis_server import eventually, serving
from run_statements import note_commands


@pytest.fixture
def commands(monkeypatch):
    """What is sent to Redis: a list of the ways back and forth."""
    sent = []
    note_commands(monkeypatch, lambda *args: sent.append(args))
    return sent


def test_a_request_of_a_signed_in_visitor_costs_one_command(auth, signed_in, commands):
    """And a guest's none."""
    commands.clear()
    signed_in.request().user()
    assert len(commands) == 1
    auth.guard({}).user()
    assert len(commands) == 1


def test_being_seen_is_written_once_a_minute(auth, signed_in, clock, commands):
    """By one more command, and none to SQL."""
    clock.advance(minutes=2)
    signed_in.request().user()
    commands.clear()
    signed_in.request().user()

    assert len(commands) == 1
    assert auth.list_sessions()[0].last_seen_at == clock.now()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_connections_of_its_own(redis_server):
    """The parent's is as good as before."""
    with closing(RedisServer(read_url(redis_server.url), is_async=False)) as server:
        before = run_to_completion(server.run("CLIENT", "ID"))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writing, str(run_to_completion(server.run("CLIENT", "ID"))).encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading) as told:
            others = int(told.read())

        assert others != before
        assert run_to_completion(server.run("CLIENT", "ID")) == before


def test_each_event_loop_has_connections_of_its_own(gatewright_settings, alice, redis_server):
    """They are closed when it ends, whether or not anybody says so."""

    def connected():
        return redis_server.ask("CLIENT", "LIST").count(b"\n") - 1  # without the one that asks

    before = connected()
    auth = AsyncEvrmoreAuth(settings=gatewright_settings)
    for _ in range(3):
        assert asyncio.run(auth.generate_challenge(alice.address))
        eventually(lambda: connected() <= before, "the loop's connections are closed")
    auth.close()


def test_a_closed_auth_has_no_connection_left(gatewright_settings, alice, redis_server):
    """And opens new ones when it is used again."""

    def ours():
        return redis_server.ask("CLIENT", "LIST").count(b"\n") - 1

    auth = EvrmoreAuth(settings=gatewright_settings)
    before = ours()
    auth.generate_challenge(alice.address)
    assert ours() == before + 1
    auth.close()
    eventually(lambda: ours() == before, "the connection is closed")
    assert auth.generate_challenge(alice.address)
    auth.close()
    gc.collect()


def test_one_that_cannot_be_reached_at_first_is_tried_again(redis_server):
    """By the same object, in the same event loop."""
    url = read_url(f"redis+cluster://127.0.0.1:{redis_server.port}")

    async def ask_twice():
        server = RedisServer(url, is_async=True)
        for _ in range(2):
            with pytest.raises(Exception, match="Redis is not available"):
                await server.run("GET", "key")

    asyncio.run(ask_twice())


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("way", ["run", "run_all", "evaluate"])
def test_a_name_that_leads_to_another_master(tmp_path, way, is_async):
    """The former one is a replica now. It keeps our connections, and would refuse every write for ever."""
    name = tmp_path / "redis.sock"
    script = Script("return redis.call('SET', KEYS[1], ARGV[1])")
    write = {
        "run": ("SET", "key", "text"),
        "run_all": ([("SET", "key", "text")],),
        "evaluate": (script, ["key"], ["t"]),
    }

    async def write_twice(server):
        for other in (None, second):
            if other is not None:
                first.ask("REPLICAOF", "127.0.0.1", other.port)
                name.unlink()
                name.symlink_to(tmp_path / "second")
            await getattr(server, way)(*write[way])

    with (
        serving("--unixsocket", str(tmp_path / "first")) as first,
        serving("--unixsocket", str(tmp_path / "second")) as second,
        closing(RedisServer(read_url(f"unix://{name}?db=0"), is_async=is_async)) as server,
    ):
        name.symlink_to(tmp_path / "first")
        if is_async:
            asyncio.run(write_twice(server))
        else:
            run_to_completion(write_twice(server))
        assert second.ask("EXISTS", "key") == 1
