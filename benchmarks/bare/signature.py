"""Verify a signed message."""

from __future__ import annotations

import hashlib
from base64 import b64decode

import coincurve

_MAGIC = b"\x18Evrmore Signed Message:\n"


def is_signed_by(key_hash: bytes, message: str, signature: str) -> bool:
    """Recover the key of a signed message and compare its hash with the one that an address holds.

    Args:
        key_hash: The 20 bytes in the address, decoded beforehand.
        message: What was signed; fewer than 253 bytes.
        signature: Base64, by a compressed key.
    """
    text = message.encode()
    digest = hashlib.sha256(hashlib.sha256(_MAGIC + bytes([len(text)]) + text).digest()).digest()
    raw = b64decode(signature)
    recoverable = raw[1:] + bytes([(raw[0] - 27) & 3])
    key = coincurve.PublicKey.from_signature_and_message(recoverable, digest, hasher=None).format(compressed=True)
    return hashlib.new("ripemd160", hashlib.sha256(key).digest()).digest() == key_hash
