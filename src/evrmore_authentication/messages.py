"""Signed messages on Evrmore mainnet, as plain functions."""

from __future__ import annotations

from gatewright import crypto
from gatewright.system import SystemRandom

_EVRMORE = crypto.NETWORKS["evrmore"]


def sign_message(message: str, wif: str) -> str:
    """Sign a message as an Evrmore wallet would.

    Args:
        message: The text to sign, exactly.
        wif: A private key in wallet import format.

    Returns:
        The recoverable signature, base64.

    Raises:
        InvalidKeyError: If the key cannot be read.
        InvalidParameterError: If the message is not a string.
    """
    return crypto.sign_message(message, wif=wif, networks=[_EVRMORE])


def verify_message(address: str, signature: str, message: str) -> bool:
    """Say whether the key of an Evrmore address signed a message. Never raises.

    Args:
        address: The P2PKH address that should have signed.
        signature: The recoverable signature, base64.
        message: The text that should have been signed, exactly.
    """
    return crypto.verify_message(address, message=message, signature=signature, networks=[_EVRMORE])


def generate_key_pair() -> tuple[str, str]:
    """Make a new Evrmore wallet.

    Returns:
        Its private key in wallet import format, and its address.
    """
    address, wif = crypto.new_wallet(SystemRandom().token_bytes, network=_EVRMORE)
    return wif, address
