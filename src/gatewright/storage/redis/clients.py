"""redis-py's clients for a URL, with a time limit on every wait."""

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
"""Seconds for connecting and for each response. A URL may override them with options of the same names."""

_WAIT_FOR_CONNECTION = 2.0
"""Seconds to wait for a free connection to a single server."""

_RETRIES = 1
"""How often to retry a command: a pooled connection may have died since its last use."""

_REDIRECTS = 3
"""How often to ask the nodes of a cluster again which one has a key."""


def open_blocking(url: RedisURL) -> Any:
    """Return a blocking client. redis-py makes forked children open connections of their own."""
    client, _ = _open(redis, url)
    return client


def open_sentinels(url: RedisURL) -> Sequence[Any]:
    """Return a blocking client for each of the sentinels that a URL names."""
    _, sentinels = _open(redis, url)
    return sentinels


async def lend_asynchronous(url: RedisURL) -> AsyncGenerator[Any, None]:
    """Yield a client for one event loop, and close it in the end."""
    client, sentinels = _open(redis.asyncio, url)
    try:
        if url.kind is Kind.CLUSTER:
            await client.initialize()  # before concurrent commands, one of which would close the others' connections
        yield client
    finally:
        for each in (client, *sentinels):
            await each.aclose()


def _open(library: Any, url: RedisURL) -> tuple[Any, Sequence[Any]]:
    """Return a client of ``redis`` or ``redis.asyncio``, which share their names, and those of its sentinels."""
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
