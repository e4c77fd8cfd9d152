"""Wallets that sign in."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.crypto import NETWORKS, new_wallet, read_address, sign_message
from gatewright.system import SystemRandom

EVRMORE = NETWORKS["evrmore"]


@dataclass(frozen=True)
class Wallet:
    """One key, with its address and the hash that the address holds."""

    address: str
    key_hash: bytes
    wif: str

    def sign(self, message: str) -> str:
        """Sign a message as the wallet program would."""
        return sign_message(message, wif=self.wif, networks=[EVRMORE])


def make_wallet() -> Wallet:
    """Create a random wallet on Evrmore's main network."""
    address, wif = new_wallet(SystemRandom().token_bytes, network=EVRMORE)
    _, key_hash = read_address(address, [EVRMORE])
    return Wallet(address, key_hash, wif)
