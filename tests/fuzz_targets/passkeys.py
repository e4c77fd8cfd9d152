"""What browsers and authenticators send of passkeys."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import replace
from functools import cache
from hashlib import sha256

import cbor2

from fuzz_targets.texts import text_of
from gatewright.base64url import encode
from gatewright.errors import InvalidProofError
from gatewright.methods.passkey.ceremony import Expected, verify_assertion, verify_attestation
from gatewright.methods.passkey.record import PasskeyRecord
from gatewright.methods.passkey.response import read_response
from software_authenticator import SoftwareAuthenticator

RP_ID = "example.com"
CHALLENGE = urlsafe_b64encode(bytes(32)).rstrip(b"=").decode()
EXPECTED = Expected(challenge=CHALLENGE, rp_id=RP_ID, origins=("https://example.com",), is_verified=True)
OF_AN_ATTESTATION = ("clientDataJSON", "attestationObject")
OF_AN_ASSERTION = ("clientDataJSON", "authenticatorData", "signature")
RP_ID_HASH = sha256(RP_ID.encode()).digest()


@cache
def passkey():
    return SoftwareAuthenticator()


@cache
def created():
    options = {"user": {"id": encode(b"user")}, "rp": {"id": RP_ID}, "challenge": CHALLENGE}
    return read_response({"credential": passkey().create(options)}, *OF_AN_ATTESTATION)


@cache
def assertion():
    created()
    return read_response({"credential": passkey().get({"rpId": RP_ID, "challenge": CHALLENGE})}, *OF_AN_ASSERTION)


@cache
def record():
    _, verified = verify_attestation(created(), EXPECTED)
    return PasskeyRecord(
        rp_id=RP_ID,
        user_handle=encode(b"user"),
        public_key=encode(verified.credential_public_key),
        aaguid="",
        transports=(),
        is_synced=False,
        is_backed_up=False,
    )


def passkey_response(data):
    """The JSON of a browser, as that of either ceremony."""
    given = {"credential": text_of(data)}
    with suppress(InvalidProofError):
        verify_assertion(read_response(given, *OF_AN_ASSERTION), record(), EXPECTED)
    with suppress(InvalidProofError):
        verify_attestation(read_response(given, *OF_AN_ATTESTATION), EXPECTED)


def client_data(data):
    """What a browser says that it has done, for both ceremonies."""
    with suppress(InvalidProofError):
        verify_attestation(replace(created(), parts={**created().parts, "clientDataJSON": data}), EXPECTED)
    with suppress(InvalidProofError):
        verify_assertion(replace(assertion(), parts={**assertion().parts, "clientDataJSON": data}), record(), EXPECTED)


def attestation_object(data):
    """The whole CBOR of an enrolment."""
    with suppress(InvalidProofError):
        verify_attestation(replace(created(), parts={**created().parts, "attestationObject": data}), EXPECTED)


def attested_data(data):
    """What stands in it after the domain: flags, counter, credential id, public key, extensions."""
    attestation_object(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": RP_ID_HASH + data}))


def attestation_statement(data):
    """A format, and a statement of it in CBOR, about a right credential."""
    format_, _, statement = data.partition(b"\n")
    right = cbor2.loads(created().parts["attestationObject"])["authData"]
    head = b"\xa3cfmt" + cbor2.dumps(format_.decode(errors="replace")) + b"hauthData" + cbor2.dumps(right) + b"gattStmt"
    attestation_object(head + statement)


def authenticator_data(data):
    """What stands after the domain in an answer, rightly signed."""
    signed = RP_ID_HASH + data
    parts = assertion().parts
    signature = passkey().key.sign(signed + sha256(parts["clientDataJSON"]).digest())
    with suppress(InvalidProofError):
        verify_assertion(
            replace(assertion(), parts=parts | {"authenticatorData": signed, "signature": signature}),
            record(),
            EXPECTED,
        )


def passkey_signature(data):
    """The signature of an answer."""
    with suppress(InvalidProofError):
        verify_assertion(replace(assertion(), parts=assertion().parts | {"signature": data}), record(), EXPECTED)
        assert data == assertion().parts["signature"]


TARGETS = (
    passkey_response,
    client_data,
    attestation_object,
    attested_data,
    attestation_statement,
    authenticator_data,
    passkey_signature,
)
