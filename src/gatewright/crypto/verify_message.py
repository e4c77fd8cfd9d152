"""Verify that the holder of an address signed a text."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from hmac import compare_digest

from gatewright.crypto.addresses import read_address
from gatewright.crypto.hash160 import hash160
from gatewright.crypto.message_hash import message_hash
from gatewright.crypto.networks import Network
from gatewright.crypto.recover_public_key import recover_public_key
from gatewright.errors import InvalidParameterError

_SIGNATURE_LENGTH = 88


def verify_message(address: str, *, message: str, signature: str, networks: Sequence[Network]) -> bool:
    """Return whether the key of an address signed a message.

    The result is a bool for any three values: no untrusted input makes this raise. It accepts what the node's
    ``verifymessage`` accepts, including high S, but only in one spelling: the node also accepts padded addresses, text
    after the base64, and 32 header bytes for each signature.

    Args:
        address: A P2PKH address of one of the networks, with nothing around it.
        message: The text, exactly as it was signed.
        signature: 88 characters of base64, with nothing around them.
        networks: The networks to accept. If two share a version byte, the first one is used.
    """
    raw_signature = _decode_signature(signature)
    if raw_signature is None:
        return False
    try:
        network, key_hash = read_address(address, networks)
        digest = message_hash(message, network)
    except InvalidParameterError:
        return False
    public_key = recover_public_key(digest, raw_signature)
    return public_key is not None and compare_digest(hash160(public_key), key_hash)


def _decode_signature(signature: object) -> bytes | None:
    if not isinstance(signature, str) or len(signature) != _SIGNATURE_LENGTH:
        return None
    try:
        decoded = a2b_base64(signature)
    except ValueError:
        return None
    # Each decoder ignores foreign characters and stray bits in its own way; encoding is the same everywhere.
    is_canonical = b2a_base64(decoded, newline=False) == signature.encode("ascii")
    return decoded if is_canonical else None
