"""Our own RIPEMD-160, against its authors' values and against OpenSSL."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.crypto.ripemd160 import ripemd160

AUTHORS_VALUES = [
    (b"", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
    (b"a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
    (b"abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
    (b"message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
    (b"abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"),
    (b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "12a053384a9c0c88e405a06c27dcf49ada62eb2b"),
    (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "b0e20b6e3116640286ed3a87a5713079b21f5189"),
    (b"1234567890" * 8, "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
]


@pytest.mark.parametrize(("data", "expected"), AUTHORS_VALUES)
def test_it_gives_the_values_of_its_authors(data, expected):
    """Each published value comes out."""
    assert expected == ripemd160(data).hex()


def openssl_has_ripemd160():
    try:
        hashlib.new("ripemd160")
    except ValueError:
        return False
    return True


with_openssl = pytest.mark.skipif(
    not openssl_has_ripemd160(), reason="does not apply: this OpenSSL offers no RIPEMD-160 to compare with"
)


@with_openssl
@pytest.mark.parametrize("length", [*range(130), 1000])
def test_every_length_round_the_block_agrees(length):
    """Padding is right for every length over two blocks of 64 bytes."""
    data = bytes(i * 7 % 256 for i in range(length))

    assert hashlib.new("ripemd160", data).digest() == ripemd160(data)


@with_openssl
@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_agree(data):
    """Ours and OpenSSL's are the same function."""
    assert hashlib.new("ripemd160", data).digest() == ripemd160(data)
