"""Where a request comes from. A header has a say only where a trusted proxy wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from gatewright.errors import ConfigurationError
from gatewright.web.request import Request

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, and how they reached us.

    Args:
        ip_address: Where the request comes from; None where nobody can tell.
        is_https: Whether the browser's connection is encrypted.
        host: The host that the browser asked for, with its port.
    """

    ip_address: str | None
    is_https: bool
    host: str

    @property
    def origin(self) -> str:
        """The address of the site as this browser sees it."""
        return f"{'https' if self.is_https else 'http'}://{self.host}"

    @property
    def is_trustworthy(self) -> bool:
        """Whether browsers trust the connection: encrypted, or to their own machine (Secure Contexts, 3.1)."""
        return self.is_https or self.is_local

    @property
    def is_local(self) -> bool:
        """Whether the host is the browser's own machine."""
        return self.host in _LOOPBACK or self.host.rpartition(":")[0] in _LOOPBACK


class Proxies:
    """The proxies before the site.

    Args:
        trusted: Addresses or networks.

    Raises:
        ConfigurationError: If one is neither.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        try:
            self._networks: list[_Network] = [ip_network(each, strict=False) for each in trusted]
        except ValueError as error:
            raise ConfigurationError(
                f"GATEWRIGHT_TRUSTED_PROXIES takes addresses and networks such as 10.0.0.0/8: {error}."
            ) from None

    def client_of(self, request: Request) -> Client:
        """Return where a request comes from: the last address that no trusted proxy has."""
        peer = _read(request.peer)
        host = request.header("host") or ""
        if peer is None or not self._trusts(peer):
            return Client(None if peer is None else str(peer), request.scheme == "https", host)
        scheme = (request.header("x-forwarded-proto") or request.scheme).strip().lower()
        return Client(str(self._behind(peer, request)), scheme == "https", host)

    def _behind(self, peer: _Address, request: Request) -> _Address:
        """Walk back through the proxies that are ours. What stands before a stranger is that stranger's word."""
        hops = [hop for name, value in request.headers if name == "x-forwarded-for" for hop in value.split(",")]
        for hop in reversed(hops):
            address = _read(hop.strip())
            if address is None:
                return peer
            peer = address
            if not self._trusts(peer):
                return peer
        return peer

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._networks)


def _read(text: str | None) -> _Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
