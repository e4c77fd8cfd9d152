"""Parses a Redis URL: a single server, one behind Sentinel, or a cluster."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gatewright.errors import ConfigurationError

_FORMS = (
    "redis://user:password@host:6379/0, rediss:// for TLS, unix:///path/to/socket?db=0, "
    "redis+sentinel://host:26379,host:26379/service/0, or redis+cluster://host:6379,host:6379"
)
OF_SENTINELS = ("sentinel_username", "sentinel_password")
"""Options that a URL may set besides redis-py's own: sentinels have users of their own."""

_OPTIONS = frozenset(
    {
        *("client_name", "db", "health_check_interval", "max_connections", "password", "protocol", "retry_on_timeout"),
        *("socket_connect_timeout", "socket_keepalive", "socket_read_size", "socket_timeout", "username"),
    }
)
"""redis-py's options that a URL can set, as text, numbers and yes or no, besides those of TLS."""

_URL = re.compile(
    r"(?P<tls>rediss?)\+(?P<kind>sentinel|cluster)://(?:(?P<user>[^@/?#]*)@)?(?P<hosts>[^@/?#]+)"
    r"(?:/(?P<path>[^?#]*))?(?:\?(?P<query>[^#]*))?"
)
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(?P<port>\d{1,5}))?")


class Kind(StrEnum):
    """How Redis is deployed."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class RedisURL:
    """A parsed URL, including the password: never show it.

    ``hosts`` are the sentinels, or the nodes of a cluster through which to discover the others. ``options`` are
    keyword arguments of redis-py; for a single server they are empty, since redis-py reads its URL.
    """

    kind: Kind
    url: str = field(repr=False)
    hosts: tuple[tuple[str, int], ...] = ()
    service: str = ""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """The URL without user, password and options."""
        return re.sub(r"(?<=://)[^@/?#]*@", "", self.url).partition("?")[0]


def read_url(url: str) -> RedisURL:
    """Parse a URL, without connecting to anything.

    Args:
        url: As in the setting ``redis_url``.

    Raises:
        ConfigurationError: If it cannot be read, or redis-py is not installed. The message does not show the URL.
    """
    try:
        from redis.connection import parse_url
    except ModuleNotFoundError as error:
        raise ConfigurationError("GATEWRIGHT_REDIS_URL needs redis-py: pip install 'gatewright[redis]'.") from error
    several = _URL.fullmatch(url)
    try:
        _refuse_unknown_options(url)
        if several is None:
            _require_number_of_database(url)
            _require_waits(parse_url(url))  # type: ignore[no-untyped-call]  # redis-py gives it no types
            return RedisURL(Kind.SINGLE, url)
        read = _read_several(url, several, parse_url)
        _require_waits(read.options)
        return read
    except ValueError:
        raise ConfigurationError(f"GATEWRIGHT_REDIS_URL cannot be read. It must look like {_FORMS}.") from None


def _refuse_unknown_options(url: str) -> None:
    """Refuse options that redis-py lacks, that only code can pass, or that the store does not support.

    Raises:
        ConfigurationError: If there is one; the message names it.
    """
    from redis import Redis

    known, parts = inspect.signature(Redis.__init__).parameters, urlsplit(url)
    is_tls, has_sentinels = parts.scheme.startswith("rediss"), parts.scheme.endswith("+sentinel")
    for name in parse_qs(parts.query, keep_blank_values=True):
        if name == "ssl" or (name.startswith("ssl_") and not is_tls):
            raise ConfigurationError(f"GATEWRIGHT_REDIS_URL has the option {name!r:.50}. For TLS, use rediss://.")
        if name in OF_SENTINELS:
            is_allowed = has_sentinels
        else:
            is_allowed = name == "timeout" or (name in known and (name in _OPTIONS or name.startswith("ssl_")))
        if not is_allowed:
            raise ConfigurationError(
                f"GATEWRIGHT_REDIS_URL has an option that cannot be set there: {name!r:.50}. Use only "
                f"{', '.join(sorted(_OPTIONS))}, and those of TLS."
            )


def _require_number_of_database(url: str) -> None:
    """Refuse a database name, which redis-py ignores in favour of database 0, possibly another application's."""
    parts = urlsplit(url)
    if parts.scheme != "unix" and not re.fullmatch("/?[0-9]*", parts.path.strip()):
        raise ValueError("no database number")


def _require_waits(options: Mapping[str, Any]) -> None:
    """Refuse time-outs of zero, below zero or without end."""
    if any(not 0 < options.get(name, 1) < inf for name in ("socket_timeout", "socket_connect_timeout", "timeout")):
        raise ValueError("unusable time-out")


def _read_several(url: str, found: re.Match[str], parse_url: Any) -> RedisURL:
    """Parse a URL of several hosts, with the rest of it parsed by redis-py as for a single host."""
    kind = Kind(found["kind"])
    hosts = tuple(_read_host(host, kind) for host in found["hosts"].split(","))
    service, _, database = (found["path"] or "").partition("/")
    if kind is Kind.CLUSTER:
        service, database = "", service
    if (kind is Kind.SENTINEL and not service) or not re.fullmatch("[0-9]*", database):
        raise ValueError("no service, or no database number")
    if kind is Kind.CLUSTER and database.strip("0"):
        raise ValueError("a cluster has one database")
    user = "" if found["user"] is None else f"{found['user']}@"
    options = parse_url(f"{found['tls']}://{user}host/{database or 0}?{found['query'] or ''}")
    for name in ("host", "connection_class"):
        options.pop(name, None)
    if kind is Kind.CLUSTER:
        options.pop("db", None)
    if found["tls"] == "rediss":
        options["ssl"] = True
    return RedisURL(kind, url, hosts, unquote(service), options)


def _read_host(text: str, kind: Kind) -> tuple[str, int]:
    found = _HOST.fullmatch(text.strip())
    if found is None:
        raise ValueError("no host")
    port = int(found["port"] or (26379 if kind is Kind.SENTINEL else 6379))
    return found["host"].strip("[]"), port
