"""Create a wallet: a random private key and its address."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.crypto.addresses import address_of
from gatewright.crypto.networks import Network
from gatewright.crypto.wif import PrivateKey, public_key_of, write_wif


def new_wallet(token_bytes: Callable[[int], bytes], *, network: Network) -> tuple[str, str]:
    """Return a new address and its private key in wallet import format.

    Args:
        token_bytes: Returns the given number of unpredictable bytes.
        network: The network of the address.

    Raises:
        InvalidKeyError: If the bytes are not a valid private key, which happens by chance once in 2**127 draws.
    """
    key = PrivateKey(token_bytes(32), is_compressed=True, network=network)
    return address_of(public_key_of(key), network), write_wif(key)
