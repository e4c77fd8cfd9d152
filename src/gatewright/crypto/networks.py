"""The networks whose wallets can sign in, and the three constants in which they differ.

All of them use secp256k1, base58check and the same layout of a signed message. Only the version byte of an address or a
key identifies its network, and some networks share one: testnet and regtest share both, and all main networks share the
version byte of keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Network:
    """The constants needed to read a network's addresses and keys, and to verify what its wallets signed.

    Args:
        name: The name in settings, such as ``"evrmore-testnet"``.
        title: The name for people, such as ``"Evrmore testnet"``.
        message_magic: The prefix that a wallet adds to a message, so that no signed message can be a transaction.
        address_version: First byte of an address that pays to the hash of a public key (P2PKH), 0 to 255.
        wif_version: First byte of a private key in wallet import format, 0 to 255.
    """

    name: str
    title: str
    message_magic: str
    address_version: int
    wif_version: int


_EVRMORE_MAGIC = "Evrmore Signed Message:\n"

NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        network.name: network
        for network in (
            Network("evrmore", "Evrmore", _EVRMORE_MAGIC, address_version=33, wif_version=128),
            Network("evrmore-testnet", "Evrmore testnet", _EVRMORE_MAGIC, address_version=111, wif_version=239),
            Network("evrmore-regtest", "Evrmore regtest", _EVRMORE_MAGIC, address_version=111, wif_version=239),
            Network("ravencoin", "Ravencoin", "Raven Signed Message:\n", address_version=60, wif_version=128),
            Network("bitcoin", "Bitcoin", "Bitcoin Signed Message:\n", address_version=0, wif_version=128),
        )
    }
)
"""Every network that gatewright knows, by name. Read-only."""
