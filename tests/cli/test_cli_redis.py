"""The command where a Redis is set: it sees the same sessions as everybody, and ``doctor`` looks at it."""

from __future__ import annotations

import json

import pytest

from gatewright import EvrmoreAuth
from gatewright.settings import load_settings


@pytest.fixture
def env(redis_server):
    return {"GATEWRIGHT_REDIS_URL": redis_server.url}


@pytest.fixture
def findings(invoke):
    """What the doctor says of Redis: check -> status, and everything that it says."""

    def findings(**env):
        document = json.loads(invoke("doctor", "--json", **env).stdout)
        rows = [row for row in document["findings"] if row["check"].startswith("redis")]
        told = " ".join(f"{row['finding']} {row['cure']}" for row in rows)
        return {row["check"]: row["status"] for row in rows}, told

    return findings


def test_sessions_are_listed_and_ended(invoke, env, redis_server):
    """Those of visits, which Redis knows, until it has lost them; and a purge leaves them alone."""
    with EvrmoreAuth(settings=load_settings(redis_url=redis_server.url)) as auth:
        auth.create_user("ann", password="correct horse battery staple", is_verified=True)
        for _ in range(2):
            auth.guard({}).login("ann", "correct horse battery staple", "SQLUserProvider")
        assert invoke("purge", **env).exit_code == 0
        first, second = json.loads(invoke("sessions", "list", "--json", **env).stdout)["sessions"]
        assert invoke("sessions", "revoke", first["id"], **env).exit_code == 0
        assert [session.id for session in auth.list_sessions()] == [second["id"]]
        redis_server.ask("FLUSHALL")
        assert json.loads(invoke("sessions", "list", "--json", **env).stdout)["sessions"] == []


def test_a_redis_that_can_be_used_is_fine(findings, env):
    assert findings(**env)[0] == {"redis": "ok", "redis memory": "ok"}
    assert findings()[0] == {}


def test_every_row_is_looked_at_in_both_stores(invoke, env, redis_server):
    """With ``--deep``: sessions that Redis has lost are told, which is no danger."""
    with EvrmoreAuth(settings=load_settings(redis_url=redis_server.url)) as auth:
        auth.create_user("ann", password="correct horse battery staple", is_verified=True)
        auth.guard({}).login("ann", "correct horse battery staple", "SQLUserProvider")

        def statuses():
            document = json.loads(invoke("doctor", "--deep", "--json", **env).stdout)
            return {row["check"]: row["status"] for row in document["findings"] if row["check"].startswith("rows")}

        assert statuses() == {"rows": "ok"}
        redis_server.ask("FLUSHALL")
        assert statuses() == {"rows: redis sessions": "warning"}


def test_a_redis_that_evicts_is_told_with_the_cure(findings, env, redis_server):
    redis_server.ask("CONFIG", "SET", "maxmemory-policy", "volatile-lru")
    statuses, told = findings(**env)
    redis_server.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")

    assert statuses == {"redis": "ok", "redis memory": "warning"}
    assert "CONFIG SET maxmemory-policy noeviction" in told


@pytest.mark.parametrize("url", ["redis://user:hunter2@127.0.0.1:1/0", "http://user:hunter2@host"])
def test_a_redis_that_cannot_be_used_is_unsafe(findings, url):
    statuses, told = findings(GATEWRIGHT_REDIS_URL=url)

    assert statuses == {"redis": "unsafe"}
    assert "GATEWRIGHT_REDIS_URL" in told
    assert "hunter2" not in told
