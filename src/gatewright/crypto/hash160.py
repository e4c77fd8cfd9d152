"""The hash of a public key that an address contains: SHA-256, then RIPEMD-160."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from gatewright.crypto.ripemd160 import ripemd160


def hash160(data: bytes) -> bytes:
    """Hash bytes, usually a public key of 33 or 65 bytes, to the 20 bytes that an address encodes."""
    return _ripemd160(hashlib.sha256(data).digest())


def _openssl_ripemd160(data: bytes) -> bytes:
    return hashlib.new("ripemd160", data).digest()


def _choose_ripemd160() -> Callable[[bytes], bytes]:
    try:
        _openssl_ripemd160(b"")
    except ValueError:  # OpenSSL 3 may be built or configured without its legacy digests
        return ripemd160
    return _openssl_ripemd160


_ripemd160 = _choose_ripemd160()
