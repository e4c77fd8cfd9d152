"""Where a request comes from. A header counts only if a trusted proxy wrote it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from gatewright.errors import ConfigurationError
from gatewright.origins import host_of, normal_origin
from gatewright.web.request import Request

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

_IS_HTTPS = {"https": True, "wss": True, "http": False, "ws": False}
"""Some proxies, and ASGI, use WebSocket's own schemes; it uses the same kind of connection as a request."""

_LONGEST_LOGGED = 60

_logger = logging.getLogger("gatewright.web")


@dataclass(frozen=True, slots=True)
class Client:
    """Who sent a request, and how it reached the site.

    Args:
        ip_address: Where the request comes from; None if unknown.
        is_https: Whether the browser's connection is encrypted.
        host: The host that the browser requested, with its port.
    """

    ip_address: str | None
    is_https: bool
    host: str

    @property
    def origin(self) -> str:
        """The origin of the site as this browser sees it."""
        return f"{'https' if self.is_https else 'http'}://{self.host}"

    @property
    def is_trustworthy(self) -> bool:
        """Whether browsers trust the connection: encrypted, or to the local machine (Secure Contexts, 3.1)."""
        return self.is_https or self.is_local

    @property
    def is_local(self) -> bool:
        """Whether the host is the browser's own machine."""
        origin = normal_origin(self.origin)
        return origin is not None and host_of(origin) in _LOOPBACK


class Proxies:
    """The reverse proxies in front of the site.

    Args:
        trusted: Addresses or networks.

    Raises:
        ConfigurationError: If one is neither.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self._has_warned = False
        try:
            self._networks: list[_Network] = [ip_network(each, strict=False) for each in trusted]
        except ValueError as error:
            raise ConfigurationError(
                f"GATEWRIGHT_TRUSTED_PROXIES must list addresses or networks such as 10.0.0.0/8: {error}."
            ) from None

    def have_sent(self, request: Request) -> bool:
        """Return whether a request comes from one of the proxies."""
        peer = _read(request.peer)
        return peer is not None and self._trusts(peer)

    def client_of(self, request: Request) -> Client:
        """Return where a request comes from: the last address that is not a trusted proxy's, and its connection."""
        host = request.header("host") or ""
        if not self._networks:
            return _direct(request.peer, request.scheme, host)
        peer = _read(request.peer)
        if peer is None or not self._trusts(peer):
            return _direct(request.peer, request.scheme, host)
        address, hops = self._behind(peer, request)
        said = self._scheme_behind(hops, request)
        return Client(str(address), _is_https(request.scheme) if said is None else said, host)

    def _behind(self, peer: _Address, request: Request) -> tuple[_Address, int]:
        """Walk back through the trusted proxies. Anything before an untrusted address is only its claim.

        Returns:
            The address before the outermost trusted proxy, and the number of trusted proxies.
        """
        hops = 1
        for hop in reversed(_list_in(request, "x-forwarded-for")):
            address = _read(hop)
            if address is None:
                break
            peer = address
            if not self._trusts(peer):
                break
            hops += 1
        return peer, hops

    def _scheme_behind(self, hops: int, request: Request) -> bool | None:
        """Return whether the outermost trusted proxy received the request over https, or None if no proxy says.

        If each proxy appends its value, the outermost proxy's is as many places from the end as there are proxies. A
        shorter list comes from proxies that pass on the value of the one before them.
        """
        said = [value.strip(' "').lower() for value in _list_in(request, "x-forwarded-proto")]
        if not said:
            return None
        scheme = said[-min(hops, len(said))]
        if scheme not in _IS_HTTPS and not self._has_warned:
            self._has_warned = True
            _logger.warning(
                "A trusted proxy sends X-Forwarded-Proto: %s, which is none of %s. The scheme of such requests is "
                "taken from their own connection. Configure the proxy to send only the scheme.",
                ascii(scheme[:_LONGEST_LOGGED]),
                ", ".join(_IS_HTTPS),
            )
        return _IS_HTTPS.get(scheme)

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)


@lru_cache(maxsize=256)
def _direct(peer: str | None, scheme: str, host: str) -> Client:
    """Return the client of a request that came directly. Cached, since the same clients send many requests."""
    address = _read(peer)
    return Client(None if address is None else str(address), _is_https(scheme), host)


def _is_https(scheme: str) -> bool:
    return _IS_HTTPS.get(scheme.lower(), False)


def _list_in(request: Request, header: str) -> list[str]:
    """Return the values of a list header in order, across all of its lines (RFC 9110, 5.6.1)."""
    return [value for line in request.values_of(header) for each in line.split(",") if (value := each.strip())]


@lru_cache(maxsize=1024)
def _read(text: str | None) -> _Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
