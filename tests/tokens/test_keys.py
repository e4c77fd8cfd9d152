from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import OctKey, OKPKey

from gatewright.errors import ConfigurationError
from gatewright.tokens import KeyRing, SigningKey, key_from_pem, key_from_secret, weakness_of_secret

PLACEHOLDER = "looks like a placeholder from an example. "
REPEATS_ITSELF = "is repetitive and easy to guess. "
SECRET = "tS3vQ0n8_Xw1Lk5-Zr7Yb2Hc9Md4Fg6Jp0Ae"


def pem_of(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_every_kind_of_key_verifies_what_it_signed_and_nothing_else(signing_key):
    """A signature is good for its message and no other."""
    signature = signing_key.sign(b"message")

    assert signing_key.verify(b"message", signature)
    assert not signing_key.verify(b"massage", signature)
    assert not signing_key.verify(b"message", signature[:-1])
    assert not signing_key.verify(b"message", b"")


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
def test_the_kind_of_a_pem_decides_the_algorithm(algorithm, private_pems):
    """Nobody configures an algorithm: the key has one."""
    key = key_from_pem(private_pems[algorithm])

    assert key.algorithm == algorithm
    assert key.can_sign


def test_a_secret_is_an_hs256_key():
    """A secret signs by HMAC-SHA256 over its UTF-8 bytes."""
    key = key_from_secret("schlüssel")

    assert key.algorithm == "HS256"
    assert key.sign(b"m") == hmac.digest("schlüssel".encode(), b"m", hashlib.sha256)


def test_a_short_secret_is_accepted_without_a_warning():
    """How good a secret is, is asked elsewhere; warnings are errors here, so a leaked one would fail this test."""
    key = key_from_secret("x")

    assert key.verify(b"m", key.sign(b"m"))


SSH_PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 42 + "B"


@pytest.mark.parametrize("secret", ["", "\ud800", SSH_PUBLIC_KEY, "-----BEGIN PUBLIC KEY-----\nMIIB"])
def test_a_secret_that_is_none_is_refused_with_the_cure(secret):
    """Nothing, broken text and key files are not secrets."""
    with pytest.raises(ConfigurationError, match=r"token_urlsafe\(48\)|key_from_pem"):
        key_from_secret(secret)


def test_the_error_about_broken_text_does_not_carry_the_secret():
    """The codec's error, which holds the text, is not shown in a traceback."""
    with pytest.raises(ConfigurationError) as caught:
        key_from_secret("hidden\ud800")

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_a_public_pem_verifies_and_does_not_sign(algorithm, private_pems, public_pems):
    """The public half knows the private half's signatures, has its name, and cannot sign."""
    private, public = key_from_pem(private_pems[algorithm]), key_from_pem(public_pems[algorithm])

    assert public.verify(b"message", private.sign(b"message"))
    assert public.kid == private.kid
    assert not public.can_sign
    with pytest.raises(ConfigurationError, match="public and only verifies") as refused:
        public.sign(b"message")
    assert refused.value.evidence == {"kid": public.kid}


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(ec.generate_private_key(ec.SECP384R1()), id="P-384"),
        pytest.param(ec.generate_private_key(ec.SECP256K1()), id="secp256k1"),
        pytest.param(ec.generate_private_key(ec.BrainpoolP256R1()), id="brainpool"),
        pytest.param(ed448.Ed448PrivateKey.generate(), id="Ed448"),
        pytest.param(rsa.generate_private_key(65537, 1024), id="RSA-1024"),
        pytest.param(dsa.generate_private_key(1024), id="DSA"),
    ],
)
def test_other_kinds_of_key_are_refused_with_the_cure(key):
    """Only the kinds that a verifier everywhere knows, at a size that is safe, may sign."""
    with pytest.raises(ConfigurationError, match="openssl genpkey"):
        key_from_pem(pem_of(key))


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"garbage",
        b"\x00\xff",
        OKPKey.derive_key("a seed for tests").as_der(private=True),
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1bW1lcg==",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PUBLIC KEY-----",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n",
        OKPKey.derive_key("a seed for tests").as_pem(private=True, password="hunter22"),
    ],
    ids=[
        *("empty", "garbage", "binary", "DER", "ssh", "no key", "cut off", "certificate", "OpenSSH", "unknown"),
        "encrypted",
    ],
)
def test_a_file_that_is_no_plain_pem_key_is_refused_with_the_cure(pem):
    """Whatever is wrong with the file, the error says what to do."""
    with pytest.raises(ConfigurationError, match="openssl genpkey"):
        key_from_pem(pem)


def test_the_default_name_of_a_secret_is_a_keyed_digest():
    """The name is stable, differs between secrets, and is no plain hash of the secret."""
    expected = hmac.digest(SECRET.encode(), b"gatewright kid", hashlib.sha256).hex()[:8]

    assert key_from_secret(SECRET).kid == expected
    assert key_from_secret(SECRET + "x").kid != expected


def test_the_default_name_of_a_pem_is_its_thumbprint(public_pems):
    """RFC 7638: the digest of the required members in order."""
    public = key_from_pem(public_pems["EdDSA"])
    members = {"crv": "Ed25519", "kty": "OKP", "x": public.key.as_dict()["x"]}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()

    assert urlsafe_b64encode(digest).decode().startswith(public.kid)
    assert len(public.kid) == 12


def test_a_given_name_is_used(private_pems):
    """Operators may name their keys."""
    assert key_from_secret(SECRET, kid="2030-01").kid == "2030-01"
    assert key_from_pem(private_pems["ES256"], kid="2030-01").kid == "2030-01"


def test_the_representation_hides_the_key():
    """A key in a log or a traceback gives nothing away."""
    key = key_from_secret(SECRET, kid="k1")

    assert repr(key) == "SigningKey(kid='k1', algorithm='HS256')"
    assert SECRET not in repr(KeyRing(key))


def test_a_ring_gives_the_current_key_first():
    """Both keys of a ring verify; order is age."""
    new, old = key_from_secret("new"), key_from_secret("old")

    assert KeyRing(new).keys == (new,)
    assert KeyRing(new, old).keys == (new, old)


def test_a_ring_refuses_two_keys_of_one_name():
    """A name has to tell the keys apart."""
    with pytest.raises(ConfigurationError, match="both named 'k1'") as refused:
        KeyRing(key_from_secret("new", kid="k1"), key_from_secret("old", kid="k1"))
    assert refused.value.evidence == {"kid": "k1"}


@pytest.mark.parametrize("purpose", ["visit", "", "\ud800"])
def test_derived_keys_stay_as_they_are(purpose):
    """What is sealed and encrypted by them is readable after every update, under each key of the ring."""
    rings = [KeyRing(key_from_secret("new"), key_from_secret("old")), KeyRing(key_from_secret("old"))]
    expected = [
        hmac.digest(b'{"k": "%s", "kty": "oct"}' % encoded, purpose.encode(errors="surrogatepass"), "sha256")
        for encoded in (b"bmV3", b"b2xk")
    ]

    assert rings[0].derive(purpose) == tuple(expected)
    assert rings[1].derive(purpose) == (expected[1],)


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_derived_keys_come_from_the_private_half(algorithm, private_pems, public_pems):
    """The public half, which everybody may know, gives none."""
    private, public = key_from_pem(private_pems[algorithm]), key_from_pem(public_pems[algorithm])
    key = private.key.as_dict(private=True)
    expected = hmac.digest(json.dumps(key, sort_keys=True).encode(), b"visit", "sha256")

    assert "d" in key
    assert KeyRing(private).derive("visit") == (expected,)
    assert KeyRing(public).derive("visit") == ()


def test_an_unknown_algorithm_is_no_way_around():
    """A key made by hand for the algorithm of another kind verifies nothing."""
    mixed = SigningKey("k1", "RS256", OctKey.import_key(SECRET))

    with pytest.raises(AttributeError):
        mixed.verify(b"m", hmac.digest(SECRET.encode(), b"m", hashlib.sha256))


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("", "has 0 bytes"),
        ("x", "has 1 bytes"),
        ("dev-secret", "has 10 bytes"),
        (SECRET[:31], "has 31 bytes"),
        ("changeme", PLACEHOLDER),
        ("change-me-change-me-change-me-change-me", PLACEHOLDER),
        ("your-secret-key-here-0123456789-abcdef", PLACEHOLDER),
        ("YOUR_SECRET_KEY_AT_LEAST_32_CHARACTERS", PLACEHOLDER),
        ("django-insecure-3m&7q!x9v2(k5z8#w1c4b6n0", PLACEHOLDER),
        ("default-jwt-signing-key-0123456789-xyzuvw", PLACEHOLDER),
        ("an example of a long enough secret 12345", PLACEHOLDER),
        ("a" * 64, REPEATS_ITSELF),
        ("ab" * 32, REPEATS_ITSELF),
        ("0123456789abcdef" * 2, REPEATS_ITSELF),
        ("0123456789abcdef" * 4, REPEATS_ITSELF),
        ("0123456789abcdef0123456789abcdef0123", REPEATS_ITSELF),
        ("1122334455661122664433551122665544", REPEATS_ITSELF),
        ("é" * 16, REPEATS_ITSELF),
    ],
)
def test_a_weak_secret_is_told_why_and_what_to_do(secret, reason):
    """Short, famous and monotonous secrets are named as such, without being shown."""
    weakness = weakness_of_secret(secret)

    assert weakness is not None
    assert weakness.startswith(f"The token secret {reason}")
    assert weakness.endswith('python -c "import secrets; print(secrets.token_urlsafe(48))"')
    assert not secret or len(secret) < 8 or secret not in weakness


@pytest.mark.parametrize(
    "secret",
    [
        SECRET,
        SECRET[:32],
        "01234567102354761324765021736450",
        SECRET[:15] + "-Z" + SECRET[:15],
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "correct horse battery staple, and a bit more",
        "пароль длиннее байтов",
        "\ud800" + SECRET,
    ],
)
def test_a_good_secret_has_no_weakness(secret):
    """Random text, random hexadecimal and long phrases pass; bytes are counted, not letters."""
    assert weakness_of_secret(secret) is None
