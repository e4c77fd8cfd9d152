"""CompactSize, at every border."""

from __future__ import annotations

import pytest

from gatewright.crypto.compact_size import compact_size


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, "00"),
        (1, "01"),
        (252, "fc"),
        (253, "fdfd00"),
        (254, "fdfe00"),
        (255, "fdff00"),
        (256, "fd0001"),
        (65535, "fdffff"),
        (65536, "fe00000100"),
        (2**32 - 1, "feffffffff"),
        (2**32, "ff0000000001000000"),
        (2**64 - 1, "ffffffffffffffffff"),
    ],
)
def test_a_length_takes_as_few_bytes_as_it_needs(length, expected):
    """Each border is where the networks have it."""
    assert expected == compact_size(length).hex()
