"""Enrol passkeys: what a browser is asked for, what is kept, and what is refused."""

from __future__ import annotations

import json
from hashlib import sha256

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gatewright.errors import (
    AuthenticationError,
    InvalidParameterError,
    InvalidProofError,
    StepUpRequiredError,
    TakenError,
)
from software_authenticator import BE, ES256, RS256, UP, UV, EdDSA, SoftwareAuthenticator, decode, encode
from visitors import ODD_VALUES, Visitor

GOOGLE = "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"


@pytest.fixture
def dave(auth, make_person):
    """Dave, signed in, without a passkey yet."""
    return make_person(auth, "dave")


def test_what_a_browser_is_asked_for(dave):
    """A passkey that its authenticator finds again by itself, and unlocks for its user; no attestation."""
    options = dave.request().begin_enrolment("passkey")
    assert options["rp"] == {"id": "example.com", "name": "gatewright"}
    assert (options["user"]["name"], options["user"]["displayName"]) == ("dave", "dave")
    assert (len(decode(options["user"]["id"])), len(decode(options["challenge"]))) == (32, 32)
    assert options["pubKeyCredParams"] == [{"type": "public-key", "alg": each} for each in (-8, -7, -257)]
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert (options["attestation"], options["timeout"], options["excludeCredentials"]) == ("none", 300_000, [])


def test_an_authenticator_makes_one_passkey(carol):
    """It is told which there are."""
    options = carol.request().begin_enrolment("passkey")
    assert [each["id"] for each in options["excludeCredentials"]] == [encode(carol.key.id)]


def test_what_is_kept(dave, clock):
    """Its public key, its counter and what it says of itself; never the challenge."""
    dave.key = SoftwareAuthenticator(flags=UP | UV | BE)
    (passkey,) = dave.enrol(name=" My phone ")
    assert (passkey.key, passkey.name, passkey.counter) == (dave.key.id, "My phone", 1)
    assert (passkey.created_at, passkey.last_used_at) == (clock.now(), None)
    data = json.loads(passkey.data)
    assert cbor2.loads(decode(data.pop("public_key"))) == dave.key.key.cose()
    assert data == {
        "rp_id": "example.com",
        "user_handle": dave.key.user_handle,
        "aaguid": "00000000-0000-0000-0000-000000000000",
        "transports": ["internal", "hybrid"],
        "is_synced": True,
        "is_backed_up": False,
    }


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", None, 7, ["a"]], ids=range(7))
def test_a_passkey_is_named_after_its_provider(dave, name):
    """Where its user gives it no name that can be one."""
    dave.key = SoftwareAuthenticator(aaguid=bytes.fromhex(GOOGLE.replace("-", "")))
    assert [each.name for each in dave.enrol(name=name)] == ["Google Password Manager"]
    dave.key = SoftwareAuthenticator()
    assert {each.name for each in dave.enrol(name=name)} == {"Google Password Manager", "Passkey"}


@pytest.mark.parametrize("name", ["x", "x" * 60, "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN} phone"], ids=range(3))
def test_a_passkey_is_called_what_its_user_wants(dave, name):
    """By one character, or by sixty, some of which may be joined in one picture."""
    assert [each.name for each in dave.enrol(name=name)] == [name]


@pytest.mark.parametrize("key", [b"x", bytes(1023), b"\0\0\x17"], ids=["short", "long", "ending in X"])
def test_an_identifier_may_be_any_bytes(dave, elsewhere, auth, key):
    """Up to 1023 of them (WebAuthn level 3, section 4)."""
    dave.key.id = key
    dave.enrol()
    assert [each["id"] for each in dave.begin()["allowCredentials"]] == [encode(key)]
    assert elsewhere(auth, dave.key).sign_in().username == "dave"


def test_an_enrolment_is_a_proof(dave):
    """The session is as strong as if the passkey had signed in."""
    dave.enrol()
    session = dave.request().current_session()
    assert ([proof.method for proof in session.proofs], session.aal) == (["password", "passkey"], 3)


WRONG = {
    "another origin": ({"client_data": {"origin": "https://evil.example"}}, "passkey_origin"),
    "another domain": ({"rp_id": "evil.example"}, "passkey_rp_id"),
    "an assertion": ({"client_data": {"type": "webauthn.get"}}, "passkey_type"),
    "another challenge": ({"client_data": {"challenge": "AAAA"}}, "passkey_challenge"),
    "embedded": ({"client_data": {"crossOrigin": True}}, "passkey_cross_origin"),
    "nobody there": ({"flags": UV}, "passkey_user_absent"),
    "user not recognised": ({"flags": UP}, "passkey_user_unverified"),
    "backed up, not synced": ({"flags": UP | UV | 0x10}, "passkey_attestation"),
    "another id than that of the key": ({"credential": {"id": encode(b"another")}}, "passkey_attestation"),
    "no credential": ({"attested": b""}, "passkey_attestation"),
    "an unknown attestation": ({"fmt": "unheard-of"}, "passkey_attestation"),
    "an attestation of no text": ({"fmt": 7}, "passkey_attestation"),
    "a statement where none was asked for": ({"statement": {"sig": b"x"}}, "passkey_attestation"),
    "a wrong signature of its own": (
        {"fmt": "packed", "statement": {"alg": -7, "sig": b"x"}},
        "passkey_attestation",
    ),
    "certificates of nothing": (
        {"fmt": "packed", "statement": {"alg": -7, "sig": b"x", "x5c": [b"x"]}},
        "passkey_attestation",
    ),
    "a TPM without a statement": ({"fmt": "tpm"}, "passkey_attestation"),
    "no attestation object": ({"response": {"attestationObject": "AAAA"}}, "passkey_attestation"),
    "no CBOR": ({"response": {"attestationObject": encode(b"\xff")}}, "passkey_attestation"),
    "deep CBOR": ({"response": {"attestationObject": encode(b"\x81" * 20_000)}}, "passkey_attestation"),
    "CBOR that says it is long": (
        {"response": {"attestationObject": encode(b"\x9b" + b"\x7f" * 8)}},
        "passkey_attestation",
    ),
    "authenticator data of no bytes": (
        {"response": {"attestationObject": encode(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": "x" * 99}))}},
        "passkey_attestation",
    ),
    "short authenticator data": (
        {"response": {"attestationObject": encode(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": b"x"}))}},
        "passkey_malformed",
    ),
    "giant": ({"response": {"attestationObject": "A" * 1_000_000}}, "passkey_malformed"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_enrolment_is_refused(dave, refusals, wrong):
    """Whatever is wrong with it; nothing is kept, and the challenge is used up."""
    changes, reason = WRONG[wrong]
    options = dave.request().begin_enrolment("passkey")
    with pytest.raises(InvalidProofError) as refused:
        dave.enrol(options, **changes)
    assert refused.value.evidence["reason"] == reason
    with pytest.raises(InvalidProofError) as refused:
        dave.enrol(options)
    assert refused.value.evidence["reason"] == "passkey_enrolment_not_begun"
    assert refusals() == [reason, "passkey_enrolment_not_begun"]
    assert dave.passkeys() == []


class OtherCurve(ES256):
    """A key on a curve that its algorithm does not name."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP384R1())

    def cose(self):
        numbers = self._key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 2, -2: numbers.x.to_bytes(48, "big"), -3: numbers.y.to_bytes(48, "big")}


KEYS = {
    "of another curve": OtherCurve().cose(),
    "of a point on no curve": ES256().cose() | {-3: bytes(32)},
    "of a short point": ES256().cose() | {-2: b"x"},
    "of Ed25519, too short": EdDSA().cose() | {-2: b"x"},
    "of an algorithm that was not asked for": ES256().cose() | {3: -35},
    "of an unknown algorithm": ES256().cose() | {3: 4711},
    "of the algorithm of others": EdDSA().cose() | {3: -7},
    "without an algorithm": {1: 2},
    "of no map": [1, 2],
    "of RSA, too small": RS256(1024).cose(),
    "of RSA, huge": RS256().cose() | {-1: b"\xff" * 2048},
    "of RSA with a huge exponent": RS256().cose() | {-2: b"\xff" * 256},
    "of RSA with one as exponent": RS256().cose() | {-2: b"\x01"},
    "of RSA with an empty modulus": RS256().cose() | {-1: b""},
}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_could_not_be_verified_is_refused(dave, key):
    """At once, and not when its user wants to sign in; so is one that would be slow."""
    with pytest.raises(InvalidProofError) as refused:
        dave.enrol(cose=cbor2.dumps(KEYS[key]))
    assert refused.value.evidence["reason"] == "passkey_attestation"


@pytest.mark.parametrize("value", ODD_VALUES)
def test_nonsense_is_refused(dave, value):
    """Instead of the credential and instead of its parts."""
    for where in ("credential", "clientDataJSON", "attestationObject"):
        options = dave.request().begin_enrolment("passkey")
        credential = dave.key.create(options)
        if where == "credential":
            credential = ODD_VALUES[value]
        else:
            credential["response"][where] = ODD_VALUES[value]
        with pytest.raises(InvalidProofError):
            dave.request().enrol("passkey", {"credential": credential})


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        (["usb", 7, None, "x" * 21, "\ud800", "", "nfc"], ["usb", "nfc"]),
        (["x", "y" * 20, *"abcdefg"], ["x", "y" * 20, *"abcdef"]),
        ({"usb": 1}, []),
        (None, []),
    ],
    ids=["a list", "as much as may be", "a mapping", "nothing"],
)
def test_odd_transports_do_no_harm(dave, odd, kept):
    """They are a hint to browsers, of which only names are kept."""
    (passkey,) = dave.enrol(response={"transports": odd})
    assert json.loads(passkey.data)["transports"] == kept


def test_an_enrolment_is_one_browsers_and_one_users(auth, dave, make_person, register, clock):
    """And takes five minutes at most."""
    options = dave.request().begin_enrolment("passkey")
    other = make_person(auth, "erin", key=dave.key)
    with pytest.raises(InvalidProofError):
        other.enrol(options)
    clock.advance(minutes=5, seconds=1)
    with pytest.raises(InvalidProofError):
        dave.enrol(options)


def test_an_enrolments_challenge_signs_nobody_in(dave):
    """Nor the other way round: what was begun for the one is not good for the other."""
    dave.enrol()
    options = dave.request().begin_enrolment("passkey")
    with pytest.raises(InvalidProofError):
        dave.sign_in({"challenge": options["challenge"], "rpId": "example.com"})
    begun = dave.begin()
    dave.request().begin_enrolment("passkey")
    with pytest.raises(InvalidProofError):
        dave.enrol(options | {"challenge": begun["challenge"]})


def test_one_passkey_is_one_users(auth, carol, make_person):
    """A credential id that is known cannot be enrolled again: not by its owner, and not by anybody else."""
    mallory = make_person(auth, "mallory")
    mallory.key.id = carol.key.id
    with pytest.raises(TakenError):
        mallory.enrol()
    with pytest.raises(TakenError):
        carol.enrol()


def test_a_user_has_twenty_at_most(dave):
    """The one that would be too many is not even made."""
    for _ in range(20):
        dave.key = SoftwareAuthenticator(EdDSA)
        dave.enrol()
    with pytest.raises(InvalidParameterError):
        dave.request().begin_enrolment("passkey")


def test_nobody_enrols_unproven(auth, dave, clock):
    """Neither a guest, nor somebody who has not proven themselves lately."""
    with pytest.raises(AuthenticationError):
        Visitor(auth).request().begin_enrolment("passkey")
    options = dave.request().begin_enrolment("passkey")
    clock.advance(minutes=11)
    for act in (lambda: dave.request().begin_enrolment("passkey"), lambda: dave.enrol(options)):
        with pytest.raises(StepUpRequiredError):
            act()


def test_models_can_be_limited(with_settings, make_person):
    """Then attestation is asked for, and what authenticators say of themselves decides."""
    auth = with_settings(passkey_aaguids=[GOOGLE])
    carol = make_person(auth, "carol")
    options = carol.request().begin_enrolment("passkey")
    assert options["attestation"] == "direct"
    with pytest.raises(InvalidProofError) as refused:
        carol.enrol(options)
    assert refused.value.evidence["reason"] == "passkey_model"
    carol.key = SoftwareAuthenticator(aaguid=bytes.fromhex(GOOGLE.replace("-", "")))
    assert len(carol.enrol()) == 1


def test_a_passkey_may_attest_itself(dave):
    """By a signature of its own key, as some do unasked."""
    options = dave.request().begin_enrolment("passkey")
    credential = dave.key.create(options)
    response = credential["response"]
    attested = cbor2.loads(decode(response["attestationObject"]))
    signature = dave.key.key.sign(attested["authData"] + sha256(decode(response["clientDataJSON"])).digest())
    attested |= {"fmt": "packed", "attStmt": {"alg": -7, "sig": signature}}
    response["attestationObject"] = encode(cbor2.dumps(attested))
    dave.request().enrol("passkey", {"credential": credential})
    assert len(dave.passkeys()) == 1
