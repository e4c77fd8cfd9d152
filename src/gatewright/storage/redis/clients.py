"""redis-py's clients for a URL, with a bound on everything that can be waited for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.asyncio.retry
import redis.asyncio.sentinel
import redis.cluster
import redis.retry
import redis.sentinel
from redis.backoff import NoBackoff

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
    client, _ = _open(redis, url)
    return client


def open_sentinels(url: RedisURL) -> Sequence[Any]:
    """Return a client that blocks for each of the sentinels that a URL names."""
    _, sentinels = _open(redis, url)
    return sentinels


async def lend_asynchronous(url: RedisURL) -> AsyncGenerator[Any, None]:
    """Lend a client of one event loop, and close it in the end."""
    client, sentinels = _open(redis.asyncio, url)
    try:
        if url.kind is Kind.CLUSTER:
            await client.initialize()  # before commands run side by side: one of them would close others' connections
        yield client
    finally:
        for each in (client, *sentinels):
            await each.aclose()


def _open(library: Any, url: RedisURL) -> tuple[Any, Sequence[Any]]:
    """Return a client of ``redis`` or ``redis.asyncio``, whose names are the same, and those of its sentinels."""
    retry = library.retry.Retry(NoBackoff(), _REDIRECTS if url.kind is Kind.CLUSTER else _RETRIES)
    options = {"retry": retry, **_TIME_OUTS}
    if url.kind is Kind.SINGLE:
        pool = library.BlockingConnectionPool.from_url(url.url, timeout=_WAIT_FOR_CONNECTION, **options)
        return library.Redis.from_pool(pool), ()
    if url.kind is Kind.CLUSTER:
        nodes = [library.cluster.ClusterNode(host, port) for host, port in url.hosts]
        return library.cluster.RedisCluster(startup_nodes=nodes, **options | dict(url.options)), ()
    of_server = options | {name: value for name, value in url.options.items() if name not in OF_SENTINELS}
    of_sentinels = {name: value for name, value in of_server.items() if name.startswith(("retry", "socket_", "ssl"))}
    of_sentinels |= {name.removeprefix("sentinel_"): url.options[name] for name in OF_SENTINELS if name in url.options}
    sentinel = library.sentinel.Sentinel(list(url.hosts), sentinel_kwargs=of_sentinels, **of_server)
    return sentinel.master_for(url.service), sentinel.sentinels
