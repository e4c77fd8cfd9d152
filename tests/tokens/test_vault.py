"""Secrets in the database: encrypted, each time anew, for one user and one method."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from gatewright.ports import Owner
from gatewright.system import SystemRandom
from gatewright.tokens import KeyRing, Vault, has_encrypted, key_from_secret

ANNA = Owner("anna")
SECRET = b"what nobody may read"
FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in range(3))


def vault(*keys):
    return Vault(keys, SystemRandom())


def encrypted(*keys, owner=ANNA, method="totp"):
    return json.dumps(vault(*keys).encrypt(SECRET, method=method, owner=owner))


def decrypted(data, *keys, owner=ANNA, method="totp"):
    return vault(*keys).decrypt(data, method=method, owner=owner)


def test_what_was_encrypted_is_decrypted():
    kept = decrypted(encrypted(FIRST), FIRST)
    assert (kept.secret, kept.is_current) == (SECRET, True)
    assert "nobody" not in repr(kept)


def test_no_two_are_alike():
    """Nobody sees that two users, or two moments, have the same secret."""
    assert len({encrypted(FIRST) for _ in range(100)}) == 100


def test_the_first_key_encrypts_and_all_decrypt():
    """And what an earlier one has encrypted is said to be so."""
    assert decrypted(encrypted(SECOND, FIRST), SECOND).is_current
    assert not decrypted(encrypted(FIRST), SECOND, FIRST).is_current
    assert decrypted(encrypted(FIRST), SECOND, THIRD) is None


@pytest.mark.parametrize(
    "other",
    [
        {"owner": Owner("ben")},
        {"owner": Owner("anna", "LDAPUserProvider")},
        {"method": "passkey"},
        {"owner": Owner('anna", "'), "method": "totp"},
    ],
    ids=["user", "provider", "method", "quotes"],
)
def test_it_belongs_to_one_user_and_one_method(other):
    """In the row of another it cannot be read."""
    assert decrypted(encrypted(FIRST), FIRST, **other) is None


def test_no_bit_of_it_can_be_changed():
    """Neither of the nonce nor of the text nor of the tag; nor can any of it be left out."""
    raw = urlsafe_b64decode(json.loads(encrypted(FIRST))["encrypted"])
    flipped = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(len(raw))]
    for changed in [*flipped, *(raw[:size] for size in range(len(raw))), raw + b"\0"]:
        assert decrypted(json.dumps({"encrypted": urlsafe_b64encode(changed).decode()}), FIRST) is None


def test_keys_for_secrets_are_not_those_for_cookies():
    """They are derived for their purpose."""
    ring = KeyRing(key_from_secret("x" * 40))
    assert ring.derive("vault") != ring.derive("visit")


@pytest.mark.parametrize(
    ("data", "has"),
    [
        ('{"encrypted": "QUJD"}', True),
        ('{"encrypted": 7}', True),
        ("{}", False),
        ("[]", False),
        ("", False),
        ("7", False),
    ],
)
def test_data_says_whether_there_is_a_secret_in_it(data, has):
    assert has_encrypted(data) is has
