"""A wallet that signs, for tests that sign in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from gatewright.crypto import NETWORKS, Network, new_wallet, sign_message
from gatewright.errors import InvalidParameterError
from gatewright.testing.seeded_random import SeededRandom


@dataclass(frozen=True, slots=True)
class Wallet:
    """One address and the key that signs for it.

    Args:
        address: The P2PKH address.
        wif: Its private key in wallet import format. Not shown in ``repr``.
        network: The network of both.
    """

    address: str
    wif: str = field(repr=False)
    network: Network = field(repr=False)

    @classmethod
    def new(cls, seed: str = "alice", *, network: str = "evrmore") -> Self:
        """Create the wallet of a seed: always the same for one seed, different for another. Never store value in it.

        Args:
            seed: Any text, such as the name of a person in the test.
            network: The network's name, as in the setting ``networks``.

        Raises:
            InvalidParameterError: If there is no such network; the message lists the existing ones.
        """
        if network not in NETWORKS:
            raise InvalidParameterError(f"There is no network {network!r}. Known networks: {', '.join(NETWORKS)}.")
        address, wif = new_wallet(SeededRandom(seed).token_bytes, network=NETWORKS[network])
        return cls(address, wif, NETWORKS[network])

    def sign(self, message: str) -> str:
        """Sign a message, such as a challenge, and return the signature in base64.

        Raises:
            InvalidParameterError: If the message is not a string.
        """
        return sign_message(message, wif=self.wif, networks=[self.network])
