"""Verify what an authenticator signed (WebAuthn level 3, sections 7.1 and 7.2).

py_webauthn does the verification. The most frequent causes of failure are checked here first, so that the log can say
what was wrong, and so is what that library does not check.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gatewright.base64url import decode, encode
from gatewright.errors import InvalidProofError
from gatewright.methods.passkey.record import PasskeyRecord
from gatewright.methods.passkey.response import CredentialResponse

if TYPE_CHECKING:
    from webauthn.registration.verify_registration_response import VerifiedRegistration

ALGORITHMS = (-8, -7, -257)
"""EdDSA with Ed25519, ECDSA with P-256, RSA with PKCS #1, the best first: every authenticator supports one of them."""

_RSA_BITS = range(2048, 4097)
_USER_PRESENT, _USER_VERIFIED, _SYNCED, _BACKED_UP = 0x01, 0x04, 0x08, 0x10
_FLAGS = 32
"""Offset of the flags in authenticator data, after the SHA-256 of the domain."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a response has to match.

    Args:
        challenge: The challenge that was issued, base64url.
        rp_id: The domain.
        origins: The origins from which it may come.
        is_verified: Whether the authenticator must have verified its user.
    """

    challenge: str = field(repr=False)
    rp_id: str
    origins: Collection[str]
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Flags:
    """What an authenticator says about itself and its user.

    Args:
        is_verified: Whether it verified its user, for example by PIN or fingerprint.
        is_synced: Whether the passkey may be copied to other devices.
        is_backed_up: Whether it has been.
    """

    is_verified: bool
    is_synced: bool
    is_backed_up: bool


def verify_assertion(response: CredentialResponse, record: PasskeyRecord, expected: Expected) -> tuple[Flags, int]:
    """Verify the response to a challenge, and return its flags and the authenticator's counter.

    Args:
        response: What was sent, with the parts of an assertion.
        record: The passkey that it names.
        expected: What it has to match.

    Raises:
        InvalidProofError: If it is not right.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException
    from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

    client_data, signed = response.parts["clientDataJSON"], response.parts["authenticatorData"]
    _check_client_data(client_data, "webauthn.get", expected)
    flags = _check_flags(signed, expected)
    if flags.is_synced != record.is_synced:
        raise _refusal("The passkey's sync flag has changed, which must not happen.", "passkey_sync_changed")
    answered = AuthenticatorAssertionResponse(client_data, signed, response.parts["signature"])
    try:
        verified = verify_authentication_response(
            credential=AuthenticationCredential(encode(response.id), response.id, answered),
            expected_challenge=decode(expected.challenge),
            expected_rp_id=expected.rp_id,
            expected_origin=list(expected.origins),
            credential_public_key=decode(record.public_key),
            credential_current_sign_count=0,  # compared by the store, so that one of two concurrent uses is refused
            require_user_verification=expected.is_verified,
        )
    except WebAuthnException as error:
        raise _refusal(f"The assertion is not right: {error!s:.300}", "passkey_signature") from error
    return flags, verified.new_sign_count


def verify_attestation(response: CredentialResponse, expected: Expected) -> tuple[Flags, VerifiedRegistration]:
    """Verify the response to an enrolment, and return its flags and the verified registration.

    Args:
        response: What was sent, with the parts of an attestation.
        expected: What it has to match.

    Raises:
        InvalidProofError: If it is not right, or its key could not be used for verification later.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.structs import AuthenticatorAttestationResponse, RegistrationCredential

    client_data, attested = response.parts["clientDataJSON"], response.parts["attestationObject"]
    _check_client_data(client_data, "webauthn.create", expected)
    answered = AuthenticatorAttestationResponse(client_data, attested)
    try:
        _check_flags(_authenticator_data(attested), expected)
        verified = verify_registration_response(
            credential=RegistrationCredential(encode(response.id), response.id, answered),
            expected_challenge=decode(expected.challenge),
            expected_rp_id=expected.rp_id,
            expected_origin=list(expected.origins),
            require_user_verification=expected.is_verified,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(number) for number in ALGORITHMS],
        )
        _require_usable(verified.credential_public_key)
    except InvalidProofError:
        raise
    except Exception as error:  # the library parses keys and certificates, and lets any errors through
        raise _refusal(f"The attestation is not right: {error!r:.300}", "passkey_attestation") from error
    if verified.credential_id != response.id:
        raise _refusal("The credential id differs from the attested one.", "passkey_attestation")
    return _check_flags(_authenticator_data(attested), expected), verified


def _check_client_data(raw: bytes, type_: str, expected: Expected) -> None:
    """Check the browser's client data: type, challenge and origin (section 5.8.1).

    Raises:
        InvalidProofError: If any of them is not as expected.
    """
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _refusal("The client data are not JSON.", "passkey_malformed") from error
    if not isinstance(data, dict):
        raise _refusal("The client data are not a JSON object.", "passkey_malformed")
    if data.get("type") != type_:
        raise _refusal(f"The client data are not of type {type_}.", "passkey_type")
    if data.get("challenge") != expected.challenge:
        raise _refusal("This responds to another challenge.", "passkey_challenge")
    if data.get("origin") not in expected.origins:
        known = ", ".join(expected.origins)
        raise _refusal(f"The page's origin is {data.get('origin')!r:.300}, not one of {known}.", "passkey_origin")
    if data.get("crossOrigin") not in (None, False) or "topOrigin" in data:
        raise _refusal("The page was embedded in a page of another site.", "passkey_cross_origin")


def _check_flags(signed: bytes, expected: Expected) -> Flags:
    """Check the authenticator data (section 6.1), and return the flags.

    Raises:
        InvalidProofError: If they are for another domain, or the user was not present or not verified.
    """
    if len(signed) <= _FLAGS:
        raise _refusal("The authenticator data are too short.", "passkey_malformed")
    if signed[:_FLAGS] != sha256(expected.rp_id.encode()).digest():
        raise _refusal(f"The passkey is for a domain other than {expected.rp_id}.", "passkey_rp_id")
    flags = signed[_FLAGS]
    if not flags & _USER_PRESENT:
        raise _refusal("Nobody has touched the authenticator.", "passkey_user_absent")
    if expected.is_verified and not flags & _USER_VERIFIED:
        raise _refusal("The authenticator has not verified its user.", "passkey_user_unverified")
    return Flags(bool(flags & _USER_VERIFIED), bool(flags & _SYNCED), bool(flags & _BACKED_UP))


def _authenticator_data(attested: bytes) -> bytes:
    from webauthn.helpers import parse_cbor

    data = parse_cbor(attested)["authData"]
    if not isinstance(data, bytes):
        raise TypeError("authData is not a byte string")
    return data


def _require_usable(public_key: bytes) -> None:
    """Refuse a key whose signatures cannot be verified, or only slowly.

    Raises:
        ValueError: If it is one; other errors of the libraries mean the same.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    decoded = decode_credential_public_key(public_key)
    key: Any = decoded_public_key_to_cryptography(decoded)
    fits = {
        -8: lambda: isinstance(key, Ed25519PublicKey),
        -7: lambda: isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1),
        -257: lambda: isinstance(key, RSAPublicKey) and key.key_size in _RSA_BITS and key.public_numbers().e == 65537,
    }
    if not fits[int(decoded.alg)]():
        raise ValueError("the key does not fit its algorithm")


def _refusal(why: str, reason: str) -> InvalidProofError:
    return InvalidProofError(why, reason=reason)
