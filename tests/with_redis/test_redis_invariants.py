"""What nothing of ours leaves in Redis is found by whoever looks at every key, and what ours leaves is not."""

from __future__ import annotations

import pytest
import redis

from gatewright.storage.redis import read_url, redis_breaches
from stores_under_test import fetch_all_of
from visitors import OURS, PASSWORD, Visitor

LATER = 9_999_999_999_999_999


@pytest.fixture
def broken(gatewright_settings, clock):
    """Look at both stores and return what is broken: how often, what, and where first."""

    def broken(redis_url=None):
        url = read_url(redis_url or gatewright_settings.redis_url.get_secret_value())
        with fetch_all_of({"database_url": gatewright_settings.database_url}) as fetch_all:
            found = [*redis_breaches(url, fetch_all, now=clock.now())]
        assert not any(breach.rule.lets_in for breach in found)
        return [(breach.count, breach.rule.broken, breach.first) for breach in found]

    return broken


@pytest.fixture
def last_seen(auth, signed_in):
    """The key of a visitor's session."""
    return f"gatewright:{{session:{auth.list_sessions()[0].id}}}:last-seen"


def test_what_ours_leave_is_sound(auth, signed_in, alice, broken):
    """Sessions, challenges, attempts; and tokens, of which Redis knows nothing."""
    auth.authenticate(alice.address, challenge := auth.generate_challenge(alice.address), alice.sign(challenge))
    auth.generate_challenge(alice.address, ip_address="192.0.2.1")
    signed_in.request().destroy()
    Visitor(auth, ip_address="192.0.2.1").request().login("carol", PASSWORD, OURS)

    assert broken() == []


def test_a_key_without_an_end_is_found(redis_server, broken):
    """But for other applications' keys."""
    redis_server.ask("SET", "gatewright:ours", 1)
    redis_server.ask("SET", "others", 1)

    assert broken() == [(1, "Redis keys never expire, or expire in more than a year", "gatewright:ours")]


def test_sessions_of_the_future_and_of_no_time_are_found(redis_server, last_seen, broken):
    redis_server.ask("SET", last_seen, LATER, "KEEPTTL")
    assert broken() == [(1, "sessions were last seen in the future, according to Redis", last_seen)]
    redis_server.ask("SET", last_seen, "yesterday", "KEEPTTL")
    assert broken() == [(1, "sessions have an unreadable last-seen time in Redis", last_seen)]


def test_sessions_that_redis_has_lost_are_found(auth, redis_server, last_seen, broken):
    """All of them, by their identifiers."""
    Visitor(auth).request().login("carol", PASSWORD, OURS)
    redis_server.ask("DEL", last_seen)
    lost = "live sessions of visitors are unknown to Redis"
    assert broken() == [(1, lost, last_seen.split(":")[2].rstrip("}"))]
    redis_server.ask("FLUSHALL")

    assert [found[:2] for found in broken()] == [(2, lost)]


def test_every_node_of_a_cluster_is_looked_at(cluster_url, broken):
    """Each has keys of its own."""
    with redis.RedisCluster(host="127.0.0.1", port=int(cluster_url.rpartition(":")[2])) as client:
        for number in range(30):
            client.set(f"gatewright:{{{number}}}", 1)

    assert broken(cluster_url)[0][0] == 30
