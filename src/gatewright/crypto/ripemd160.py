"""RIPEMD-160 in pure Python, for builds of OpenSSL 3 that no longer provide it.

Two lines of five rounds process each block of 64 bytes in parallel; their results are added at its end.
Source: H. Dobbertin, A. Bosselaers, B. Preneel, "RIPEMD-160: A Strengthened Version of RIPEMD" (1996); ISO/IEC 10118-3.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

_Mix: TypeAlias = Callable[[int, int, int], int]
_Step: TypeAlias = tuple[_Mix, int, int, int]

_MASK = 0xFFFFFFFF
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)

_MIXES: tuple[_Mix, ...] = (
    lambda x, y, z: x ^ y ^ z,
    lambda x, y, z: (x & y) | (~x & z),
    lambda x, y, z: (x | ~y) ^ z,
    lambda x, y, z: (x & z) | (y & ~z),
    lambda x, y, z: x ^ (y | ~z),
)
_LEFT_CONSTANTS = (0x00000000, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_CONSTANTS = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0x00000000)

# How the order of the words changes from one round to the next, and how far each word is rotated in each round.
_NEXT_ORDER = (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8)
_SHIFTS = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7),
    (13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9),
    (14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6),
    (15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5),
)


def _steps(order: Sequence[int], mixes: Sequence[_Mix], constants: Sequence[int]) -> Iterator[_Step]:
    for mix, constant, shifts in zip(mixes, constants, _SHIFTS, strict=True):
        for word in order:
            yield mix, constant, word, shifts[word]
        order = [_NEXT_ORDER[word] for word in order]


_LEFT_STEPS = tuple(_steps(range(16), _MIXES, _LEFT_CONSTANTS))
_RIGHT_STEPS = tuple(_steps([(9 * i + 5) % 16 for i in range(16)], _MIXES[::-1], _RIGHT_CONSTANTS))


def ripemd160(data: bytes) -> bytes:
    """Hash bytes to 20 bytes with RIPEMD-160.

    Slow, hundreds of times slower than OpenSSL: meant for the 32 bytes of another hash.

    Args:
        data: Bytes of any length.
    """
    zeros = (55 - len(data)) % 64
    padded = data + b"\x80" + bytes(zeros) + struct.pack("<Q", 8 * len(data))
    state: Sequence[int] = _START
    for words in struct.iter_unpack("<16I", padded):
        left = _run(_LEFT_STEPS, state, words)
        right = _run(_RIGHT_STEPS, state, words)
        state = [(state[i - 4] + left[i - 3] + right[i - 2]) & _MASK for i in range(5)]
    return struct.pack("<5I", *state)


def _run(steps: Sequence[_Step], state: Sequence[int], words: Sequence[int]) -> tuple[int, int, int, int, int]:
    a, b, c, d, e = state
    for mix, constant, word, shift in steps:
        total = (a + mix(b, c, d) + words[word] + constant) & _MASK
        a, b, c, d, e = e, (_turn(total, shift) + e) & _MASK, b, _turn(c, 10), d
    return a, b, c, d, e


def _turn(word: int, shift: int) -> int:
    return ((word << shift) | (word >> (32 - shift))) & _MASK
