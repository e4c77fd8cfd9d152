"""Checks whether a Redis server can be used, when an application starts and in ``gatewright doctor``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from redis.exceptions import (
    AuthenticationError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
)
from redis.sentinel import MasterNotFoundError

from gatewright.drive import run_to_completion
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.redis.clients import open_sentinels
from gatewright.storage.redis.keys import PREFIX
from gatewright.storage.redis.server import RedisServer, Script
from gatewright.storage.redis.url import Kind, RedisURL

_IS_OF_CLUSTER = "is a node of a cluster. Use redis+cluster:// in GATEWRIGHT_REDIS_URL"
_RIGHTS = f"~{PREFIX}* +@read +@write +@scripting +@connection +info +cluster|slots"
_UNTRUSTED = re.compile(r"certificate verify failed: ([\w ,-]+)", re.IGNORECASE)
"""OpenSSL's message, followed by the reason; redis-py embeds it in a message of its own."""
_REFUSED_IN_SCRIPT = re.compile("ACL failure in script|user executing the script")
"""How Redis reports, without an error code, that a script may not run a command; the latter before 7.2."""
_OLDEST = (6, 2)
_PROBE = Script("""
redis.call('ZADD', KEYS[1], 1, 'probe')
redis.call('ZCOUNT', KEYS[1], '-inf', '+inf')
redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', '-inf')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '0')
return redis.call('PEXPIRE', KEYS[1], 1000)
""")


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """What a Redis server reports about itself; None where this user may not know."""

    version: str | None
    eviction: str | None
    is_of_cluster: bool = False

    @property
    def evicts(self) -> bool:
        """Whether keys are evicted when memory runs out."""
        return self.eviction not in (None, "noeviction")


def require_redis(url: RedisURL) -> RedisFacts:
    """Try every command that the store needs, on keys of this check's own, and return what the server reports.

    Raises:
        ConfigurationError: If the server cannot be used; the message says how to fix it.
        StoreUnavailableError: If it cannot be reached.
    """
    with closing(RedisServer(url, is_async=False)) as server, _telling_cures(url):
        scores, text = (f"{PREFIX}{{probe}}:{kind}" for kind in ("scores", "text"))
        run_to_completion(server.run("EVAL", _PROBE.text, 1, scores))  # needed after Redis has been restarted
        run_to_completion(server.evaluate(_PROBE, [scores], ()))
        commands = [
            ("SET", text, 1, "NX", "PX", 1000),
            ("SET", text, 1, "XX", "KEEPTTL"),
            ("GET", text),
            ("MGET", text, text),
            ("ZRANGE", scores, 0, -1),
            ("ZREM", scores, "probe"),
            ("DEL", text),
        ]
        run_to_completion(server.run_all(commands))
        facts = _facts(server)
    if facts.is_of_cluster and url.kind is Kind.SINGLE:
        raise ConfigurationError(f"The Redis at {url.shown} {_IS_OF_CLUSTER}.")
    if facts.version is not None and tuple(map(int, facts.version.split(".")[:2])) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise ConfigurationError(f"The Redis at {url.shown} has version {facts.version}. Upgrade it to {oldest}.")
    return facts


def _facts(server: RedisServer) -> RedisFacts:
    try:
        known = run_to_completion(server.run("INFO"))
    except StoreUnavailableError as error:
        if isinstance(error.__cause__, NoPermissionError):
            return RedisFacts(None, None)
        raise
    return RedisFacts(known.get("redis_version"), known.get("maxmemory_policy"), bool(known.get("cluster_enabled")))


def _first_cause(error: StoreUnavailableError) -> BaseException | None:
    """Return the error that redis-py has met; for a cluster, it wraps that of the last node."""
    cause = error.__cause__
    wrapped = isinstance(cause, RedisClusterException) and cause.__cause__
    return wrapped or cause


def _reason(url: RedisURL, error: StoreUnavailableError) -> str:
    """Return redis-py's message. If no sentinel answers, it does not say why, so each sentinel is tried."""
    if not isinstance(error.__cause__, MasterNotFoundError):
        return str(error.__cause__).rstrip(".")
    for sentinel in open_sentinels(url):
        with closing(sentinel):
            try:
                sentinel.ping()
            except RedisError as trouble:
                return f"No master found for '{url.service}'. {trouble}".rstrip(".")
    return f"No master found for '{url.service}', which the sentinels do not know"


@contextmanager
def _telling_cures(url: RedisURL) -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"redis-py cannot use an option in GATEWRIGHT_REDIS_URL: {error!s:.200}.") from error
    except StoreUnavailableError as error:
        cause, reason = _first_cause(error), _reason(url, error)
        if isinstance(cause, AuthenticationError):
            problem = "refuses this user or password. Set them in GATEWRIGHT_REDIS_URL: redis://user:password@host"
        elif isinstance(cause, NoPermissionError) or _REFUSED_IN_SCRIPT.search(reason):
            problem = f"does not grant this user what is needed ({cause}). Grant it with: ACL SETUSER name {_RIGHTS}"
        elif isinstance(cause, ReadOnlyError):
            problem = "is a replica. Name its master in GATEWRIGHT_REDIS_URL, or the sentinels that monitor it"
        elif isinstance(cause, OutOfMemoryError):
            problem = "is full. Raise its maxmemory, or delete what other applications keep there"
        elif isinstance(cause, MovedError):
            problem = _IS_OF_CLUSTER
        elif isinstance(cause, RedisClusterException) and "not enabled" in str(cause):
            problem = (
                "is not a cluster, or does not let this user list its nodes. Use redis:// in GATEWRIGHT_REDIS_URL, or "
                f"grant that on each node with: ACL SETUSER name {_RIGHTS}"
            )
        elif untrusted := _UNTRUSTED.search(reason):
            problem = (
                f"presents a certificate that is not trusted ({untrusted[1].strip()}). In GATEWRIGHT_REDIS_URL, name "
                "the file of its authority, rediss://host?ssl_ca_certs=/path/ca.pem, and the host as in the certificate"
            )
        else:
            cure = "Check that it is running, and GATEWRIGHT_REDIS_URL."
            raise StoreUnavailableError(f"The Redis at {url.shown} cannot be used: {reason:.200}. {cure}") from error
        raise ConfigurationError(f"The Redis at {url.shown} {problem}.") from error
