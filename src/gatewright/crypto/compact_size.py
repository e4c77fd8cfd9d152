"""CompactSize: how these networks write a length in front of what it measures, in 1, 3, 5 or 9 bytes."""

from __future__ import annotations


def compact_size(length: int) -> bytes:
    """Write a length in as few bytes as it needs, little-endian.

    Args:
        length: A number of bytes, from 0 to 2**64 - 1.
    """
    if length < 0xFD:
        return length.to_bytes(1, "little")
    if length <= 0xFFFF:
        return b"\xfd" + length.to_bytes(2, "little")
    if length <= 0xFFFFFFFF:
        return b"\xfe" + length.to_bytes(4, "little")
    return b"\xff" + length.to_bytes(8, "little")
