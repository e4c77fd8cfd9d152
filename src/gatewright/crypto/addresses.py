"""Addresses: the hash of a public key, with the version byte of its network, in base58check.

Only P2PKH addresses are read. A script address has no single key, so nobody can sign for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.crypto.base58check import decode_base58check, encode_base58check
from gatewright.crypto.hash160 import hash160
from gatewright.crypto.networks import Network
from gatewright.errors import InvalidAddressError

_PAYLOAD_SIZE = 21
_LONGEST_SHOWN = 35
_SHOWN_OF_LONGER = 12


def address_of(public_key: bytes, network: Network) -> str:
    """Return the address of a public key. The two forms of one key have different addresses.

    Args:
        public_key: 33 bytes (compressed) or 65 bytes (uncompressed), as SEC 1 writes them.
        network: The network whose version byte the address begins with.
    """
    return encode_base58check(bytes([network.address_version]) + hash160(public_key))


def read_address(address: object, networks: Sequence[Network]) -> tuple[Network, bytes]:
    """Read an untrusted address, or refuse it. Nothing is trimmed: an address has only one spelling.

    Args:
        address: The value received.
        networks: The networks to accept. If two share a version byte, the first one is used.

    Returns:
        The network, and the 20 bytes of the public key's hash.

    Raises:
        InvalidAddressError: If it is not a P2PKH address of any of the networks.
    """
    if not isinstance(address, str):
        raise InvalidAddressError(f"An address must be a str, not {type(address).__name__}.")
    try:
        payload = decode_base58check(address)
    except ValueError as error:
        raise _refusal(address, str(error), networks) from None
    if len(payload) == _PAYLOAD_SIZE:
        for network in networks:
            if payload[0] == network.address_version:
                return network, payload[1:]
    raise _refusal(address, "it belongs to another network or to no single key", networks)


def is_address(text: object, networks: Sequence[Network]) -> bool:
    """Return whether a text is a P2PKH address of one of the networks."""
    try:
        read_address(text, networks)
    except InvalidAddressError:
        return False
    return True


def _refusal(address: str, reason: str, networks: Sequence[Network]) -> InvalidAddressError:
    shown = _show(address)
    accepted = ", ".join(network.title for network in networks)
    return InvalidAddressError(
        f"{shown} is not accepted as an address: {reason}. Give a P2PKH address of: {accepted}.", address=shown
    )


def _show(address: str) -> str:
    """Quote an address for a log. A longer text may be a pasted private key, so show only its beginning."""
    if len(address) <= _LONGEST_SHOWN:
        return ascii(address)
    return f"{address[:_SHOWN_OF_LONGER]!a}... ({len(address)} characters)"
