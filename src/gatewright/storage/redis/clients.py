"""redis-py's clients for a URL, with a bound on everything that can be waited for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.asyncio.retry
import redis.asyncio.sentinel
import redis.cluster
import redis.sentinel
from redis.backoff import NoBackoff
from redis.retry import Retry

from gatewright.storage.redis.url import OF_SENTINELS, Kind, RedisURL

_TIME_OUTS = {"socket_connect_timeout": 1.0, "socket_timeout": 2.0}
"""Seconds for connecting and for each answer. A URL may say otherwise, by the same names."""

_WAIT_FOR_CONNECTION = 2.0
"""Seconds to wait until one of a single server's connections is free."""

_RETRIES = 1
"""How often a command is sent again: a connection of the pool may have died since it was used."""

_REDIRECTS = 3
"""How often the nodes of a cluster are asked anew who has a key."""


def open_blocking(url: RedisURL) -> Any:
    """Return a client that blocks. Forked children open connections of their own; redis-py sees to that."""
    if url.kind is Kind.SINGLE:
        pool = redis.BlockingConnectionPool.from_url(
            url.url, timeout=_WAIT_FOR_CONNECTION, retry=Retry(NoBackoff(), _RETRIES), **_TIME_OUTS
        )
        return redis.Redis.from_pool(pool)
    options = _TIME_OUTS | dict(url.options)
    if url.kind is Kind.CLUSTER:
        nodes = [redis.cluster.ClusterNode(host, port) for host, port in url.hosts]
        return redis.cluster.RedisCluster(startup_nodes=nodes, retry=Retry(NoBackoff(), _REDIRECTS), **options)
    of_sentinels, of_server = _of_both(options, retry=Retry(NoBackoff(), _RETRIES))
    sentinel = redis.sentinel.Sentinel(list(url.hosts), sentinel_kwargs=of_sentinels, **of_server)
    return sentinel.master_for(url.service)


async def lend_asynchronous(url: RedisURL) -> AsyncGenerator[Any, None]:
    """Lend a client of one event loop, and close it in the end."""
    retry = redis.asyncio.retry.Retry
    options = _TIME_OUTS | dict(url.options)
    others: list[Any] = []
    client: Any
    if url.kind is Kind.SINGLE:
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            url.url, timeout=_WAIT_FOR_CONNECTION, retry=retry(NoBackoff(), _RETRIES), **_TIME_OUTS
        )
        client = redis.asyncio.Redis.from_pool(pool)
    elif url.kind is Kind.CLUSTER:
        nodes = [redis.asyncio.cluster.ClusterNode(host, port) for host, port in url.hosts]
        again = retry(NoBackoff(), _REDIRECTS)
        client = redis.asyncio.cluster.RedisCluster(startup_nodes=nodes, retry=again, **options)
    else:
        of_sentinels, of_server = _of_both(options, retry=retry(NoBackoff(), _RETRIES))
        sentinel = redis.asyncio.sentinel.Sentinel(list(url.hosts), sentinel_kwargs=of_sentinels, **of_server)
        client = sentinel.master_for(url.service)
        others = sentinel.sentinels
    try:
        if url.kind is Kind.CLUSTER:
            await client.initialize()  # before commands run side by side: one of them would close others' connections
        yield client
    finally:
        for each in (client, *others):
            await each.aclose()


def _of_both(options: Mapping[str, Any], *, retry: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options for sentinels, and those for the servers that they name."""
    of_server = {name: value for name, value in options.items() if name not in OF_SENTINELS} | {"retry": retry}
    shared = {name: value for name, value in of_server.items() if name.startswith(("socket_", "ssl", "retry"))}
    own = {name.removeprefix("sentinel_"): options[name] for name in OF_SENTINELS if name in options}
    return shared | own, of_server
