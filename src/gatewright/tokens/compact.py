"""The compact form of a signed message, ``header.payload.signature`` (RFC 7515, section 3.1), with our own headers."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gatewright.base64url import decode, encode
from gatewright.errors import InvalidTokenError
from gatewright.tokens.keys import SigningKey

MAXIMUM_TOKEN_BYTES = 8 * 1024


def header_segment(key: SigningKey) -> str:
    """Return the header of every token that this key signs: always the same bytes."""
    header = {"alg": key.algorithm, "typ": "JWT", "kid": key.kid}
    return encode(json.dumps(header, separators=(",", ":")).encode())


def sign_compact(payload: bytes, *, header: str, key: SigningKey) -> str:
    """Sign a payload.

    Args:
        payload: The bytes to sign.
        header: The key's `header_segment`.
        key: The signing key.

    Raises:
        ConfigurationError: If the key is public.
    """
    signed = f"{header}.{encode(payload)}"
    return f"{signed}.{encode(key.sign(signed.encode('ascii')))}"


def verify_compact(token: object, *, keys: Mapping[str, SigningKey]) -> bytes:
    """Return the payload of a token that one of our keys signed.

    The header is compared, never parsed: our tokens have one of the few headers that we write, so any other is refused
    before any cryptography, whatever it asks for (RFC 8725, sections 3.1, 3.9 and 3.10).

    Args:
        token: Any untrusted value.
        keys: The key for each header that we write, by its `header_segment`.

    Raises:
        InvalidTokenError: If it is not such a token. ``evidence["reason"]`` says why: ``not_text``, ``too_long``,
            ``not_ascii``, ``malformed``, ``foreign_header`` or ``bad_signature``.
    """
    if not isinstance(token, str):
        raise refusal("not_text")
    if len(token) > MAXIMUM_TOKEN_BYTES:
        raise refusal("too_long")
    if not token.isascii():
        raise refusal("not_ascii")
    segments = token.split(".")
    if len(segments) != 3:
        raise refusal("malformed")
    header, payload, signature = segments
    key = keys.get(header)
    if key is None:
        raise refusal("foreign_header")
    if not key.verify(f"{header}.{payload}".encode("ascii"), _decode(signature)):
        raise refusal("bad_signature")
    return _decode(payload)


def refusal(reason: str) -> InvalidTokenError:
    """Return the error for a refused token: the reason is for the log; the public message is always the same."""
    return InvalidTokenError(f"The access token is refused: {reason}.", reason=reason)


def _decode(segment: str) -> bytes:
    try:
        return decode(segment)
    except ValueError:
        raise refusal("malformed") from None
