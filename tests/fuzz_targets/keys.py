"""Addresses, signatures, challenges, tokens, keys and sealed values."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache

from fuzz_targets.texts import text_of
from gatewright import EvrmoreAuth, Settings
from gatewright.crypto import (
    NETWORKS,
    encode_base58check,
    is_address,
    read_address,
    read_wif,
    verify_message,
    write_wif,
)
from gatewright.errors import (
    ConfigurationError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidKeyError,
    InvalidParameterError,
    InvalidTokenError,
)
from gatewright.testing import FrozenClock, Wallet
from gatewright.tokens import AccessTokens, KeyRing, Seal, key_from_pem, key_from_secret
from gatewright.tokens.compact import header_segment, sign_compact

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MESSAGE = "a text that somebody signs"
SECRET = "a-secret-for-tests-only-0123456789abcdef"
ALL_NETWORKS = tuple(NETWORKS.values())
GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@cache
def wallet():
    return Wallet.new("fuzz")


@cache
def signatures():
    """The two signatures of `MESSAGE` that its wallet's key is behind: the second has the other S."""
    signature = wallet().sign(MESSAGE)
    raw = b64decode(signature)
    mirrored = (GROUP_ORDER - int.from_bytes(raw[33:], "big")).to_bytes(32, "big")
    other_header = bytes([((raw[0] - 27) ^ 1) + 27])
    return signature, b64encode(other_header + raw[1:33] + mirrored).decode()


@cache
def auth():
    settings = Settings(_env_file=None, database_url="sqlite://", jwt_secret=SECRET, argon2_memory_kib=8)
    return EvrmoreAuth(settings=settings, clock=FrozenClock(NOW))


@cache
def challenge():
    return auth().generate_challenge(wallet().address)


@cache
def signing_key():
    return key_from_secret(SECRET)


@cache
def tokens():
    return AccessTokens(KeyRing(signing_key()), issuer="fuzz", audience="fuzz")


@cache
def issued_token():
    return tokens().issue(subject="u", session_id="s", issued_at=NOW, expires_at=NOW + timedelta(minutes=30))


@cache
def seal():
    return Seal([bytes(32), bytes(range(32))])


def address(data):
    """What is read as an address is written in the same way again."""
    text = text_of(data)
    try:
        network, key_hash = read_address(text, ALL_NETWORKS)
    except InvalidAddressError as error:
        assert len(str(error)) < 1000
        assert not is_address(text, ALL_NETWORKS)
        return
    assert encode_base58check(bytes([network.address_version]) + key_hash) == text


def wallet_key(data):
    """What is read as a private key is written in the same way again; what is refused is not shown."""
    text = text_of(data)
    try:
        key = read_wif(text, ALL_NETWORKS)
    except InvalidKeyError as error:
        assert len(text) < 8 or text not in str(error)
        return
    assert write_wif(key) == text


def signature(data):
    """No signature is right but those that the key has made."""
    text = text_of(data)
    is_right = verify_message(wallet().address, message=MESSAGE, signature=text, networks=ALL_NETWORKS)
    assert is_right is (text in signatures())


def raw_signature(data):
    """The same, past the base64."""
    signature(b64encode(data[:65].ljust(65, b"\0")))


def signed_message(data):
    """No message is signed but the one."""
    text = text_of(data)
    is_right = verify_message(wallet().address, message=text, signature=signatures()[0], networks=ALL_NETWORKS)
    assert is_right is (text == MESSAGE)


def challenge_message(data):
    """No text is a challenge but the one that was issued."""
    text = text_of(data)
    if text == challenge():
        return
    with suppress(InvalidChallengeError, InvalidParameterError):
        session = auth().authenticate(wallet().address, text, signatures()[0])
        raise AssertionError(session)


def token(data):
    """No token is ours but the one that was issued."""
    text = text_of(data)
    try:
        tokens().read(text, now=NOW)
    except InvalidTokenError as error:
        assert len(str(error)) < 200
    else:
        assert text == issued_token()


def token_claims(data):
    """Claims that our key has signed are read or refused, whatever they are."""
    signed = sign_compact(data[:5000], header=header_segment(signing_key()), key=signing_key())
    with suppress(InvalidTokenError):
        claims = tokens().read(signed, now=NOW)
        assert (claims["iss"], claims["aud"], claims["typ"]) == ("fuzz", "fuzz", "access")


def sealed_value(data):
    """Nothing is sealed but what was sealed."""
    payload = seal().open(text_of(data))
    assert payload in (None, b"sealed")


def pem_key(data):
    """What is read as a key can verify."""
    with suppress(ConfigurationError):
        assert not key_from_pem(data).verify(b"", b"")


def secret_key(data):
    """What is taken for a secret signs."""
    with suppress(ConfigurationError):
        key = key_from_secret(text_of(data))
        assert key.verify(b"", key.sign(b""))


TARGETS = (
    address,
    wallet_key,
    signature,
    raw_signature,
    signed_message,
    challenge_message,
    token,
    token_claims,
    sealed_value,
    pem_key,
    secret_key,
)
