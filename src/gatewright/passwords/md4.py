"""MD4 (RFC 1320), which OpenSSL no longer provides: for passwords hashed with HMAC-MD4."""

from __future__ import annotations

import struct
from collections.abc import Callable

_MASK = 0xFFFFFFFF
_BLOCK = 64
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)

_Round = tuple[Callable[[int, int, int], int], int, tuple[int, ...], tuple[int, ...]]
_ROUNDS: tuple[_Round, ...] = (
    (lambda x, y, z: (x & y) | (~x & z), 0, tuple(range(16)), (3, 7, 11, 19)),
    (
        lambda x, y, z: (x & y) | (x & z) | (y & z),
        0x5A827999,
        tuple(4 * (i % 4) + i // 4 for i in range(16)),
        (3, 5, 9, 13),
    ),
    (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1, (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
)
"""Each with its function, its constant, the order of the words and the bits to rotate by (RFC 1320, section 3.4)."""


def md4(text: bytes) -> bytes:
    """Return the digest of a text."""
    padding = b"\x80" + bytes(-(len(text) + 9) % _BLOCK) + struct.pack("<Q", 8 * len(text))
    state = _START
    for (*words,) in struct.iter_unpack("<16I", text + padding):
        state = _mixed(state, words)
    return struct.pack("<4I", *state)


def hmac_md4(key: bytes, text: bytes) -> bytes:
    """Return the HMAC of a text (RFC 2104)."""
    block = (md4(key) if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = md4(bytes(byte ^ 0x36 for byte in block) + text)
    return md4(bytes(byte ^ 0x5C for byte in block) + inner)


def _mixed(state: tuple[int, int, int, int], words: list[int]) -> tuple[int, int, int, int]:
    a, b, c, d = state
    for function, constant, order, shifts in _ROUNDS:
        for step, word in enumerate(order):
            total = (a + function(b, c, d) + words[word] + constant) & _MASK
            shift = shifts[step % 4]
            a, b, c, d = d, (total << shift | total >> 32 - shift) & _MASK, b, c
    return tuple((old + new) & _MASK for old, new in zip(state, (a, b, c, d), strict=True))  # type: ignore[return-value]
