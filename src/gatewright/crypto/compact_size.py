"""CompactSize: the encoding of a length in 1, 3, 5 or 9 bytes that these networks put before variable-length data."""

from __future__ import annotations


def compact_size(length: int) -> bytes:
    """Encode a length in as few bytes as possible, little-endian.

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
