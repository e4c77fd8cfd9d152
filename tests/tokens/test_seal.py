"""What browsers keep for us, and secrets that follow from a name."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode

import pytest

from gatewright.tokens import DerivedSecrets, Seal

OLD, NEW = b"o" * 32, b"n" * 32
ENDINGS = [b"", b"\x00", b"\x17", b"\x05\xc5", b"\x01\x75\xd7", b"\xff\xff\xff\xff"]
"""Payloads of each length modulo three, some of which end in an X as text."""


def written(key: bytes, payload: bytes) -> str:
    return urlsafe_b64encode(hmac.digest(key, payload, "sha256") + payload).decode().rstrip("=")


@pytest.mark.parametrize("payload", [b"\0" * zeros + ending for ending in ENDINGS for zeros in range(3)])
def test_what_is_sealed_is_opened(payload):
    """By every process that has the key, before and after an update: tag and payload, in base64url."""
    sealed = Seal([NEW, OLD]).seal(payload)

    assert sealed == written(NEW, payload)
    assert [Seal(keys).open(sealed) for keys in ([NEW], [OLD, NEW], [OLD])] == [payload, payload, None]


@pytest.mark.parametrize("text", ["", "A", "A" * 42, "A" * 43, "A" * 44, "ä", "\ud800", "=", written(NEW, b"{}") + "!"])
def test_what_we_have_not_sealed_is_nothing(text):
    """Nor is it an error."""
    assert Seal([NEW]).open(text) is None


@pytest.mark.parametrize("size", range(60, 68))
def test_the_largest_payload_is_the_largest(size):
    """One byte more, and the text has more characters than it may."""
    largest = Seal.largest_payload(size)

    assert len(Seal([NEW]).seal(bytes(largest))) <= size < len(Seal([NEW]).seal(bytes(largest + 1)))


@pytest.mark.parametrize("name", ["", "reset 1", "ü", "\ud800"])
def test_a_secret_follows_from_its_name(name):
    """After every update too: mails that wait hold names alone."""
    made = [hmac.digest(key, name.encode(errors="surrogatepass"), "sha256") for key in (NEW, OLD)]
    secrets = DerivedSecrets([NEW, OLD])

    assert secrets.all_of(name) == tuple(made)
    assert secrets.of(name) == made[0]
