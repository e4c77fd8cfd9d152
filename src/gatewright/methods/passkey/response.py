"""Read what a browser sends: a credential's response in the JSON form of WebAuthn level 3, section 5.1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gatewright.base64url import decode
from gatewright.errors import InvalidProofError

LONGEST_ID = 1023
"""Bytes of a credential id (WebAuthn level 3, section 4)."""

_LONGEST = 32_768
"""Maximum characters of a response, and of each part: attestation by a TPM, the longest form, takes a third of that."""


@dataclass(frozen=True, slots=True)
class CredentialResponse:
    """A response, decoded but not verified.

    Args:
        id: The credential's id.
        parts: The requested parts of the response, by name.
        user_handle: The user handle, if the authenticator sent one.
        transports: How the authenticator can be reached.
    """

    id: bytes
    parts: Mapping[str, bytes] = field(repr=False)
    user_handle: bytes | None
    transports: tuple[str, ...]


def read_response(given: Mapping[str, Any], *names: str) -> CredentialResponse:
    """Read ``credential`` from what was sent: a string of JSON, or parsed JSON.

    Args:
        given: What was sent.
        names: The parts that the response must have, such as ``signature``.

    Raises:
        InvalidProofError: If it is malformed.
    """
    try:
        credential: Any = given.get("credential")
        if isinstance(credential, str):
            credential = json.loads(_bounded(credential))
        response = credential["response"]
        handle = response.get("userHandle")
        read = CredentialResponse(
            id=_bytes(credential["id"]),
            parts={name: _bytes(response[name]) for name in names},
            user_handle=None if handle is None else _bytes(handle),
            transports=_transports(response.get("transports")),
        )
        if credential["type"] != "public-key" or not 0 < len(read.id) <= LONGEST_ID:
            raise ValueError("not a public key credential")
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise InvalidProofError(
            f"This is not a passkey response: {error!r:.200}.", reason="passkey_malformed"
        ) from error
    return read


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError("too long")
    return text


def _bytes(text: str) -> bytes:
    return decode(_bounded(text))


def _transports(named: Any) -> tuple[str, ...]:
    """Return the transports that are well-formed: they are only a hint for browsers."""
    if not isinstance(named, list):
        return ()
    return tuple(name for name in named[:8] if isinstance(name, str) and name.isascii() and 0 < len(name) <= 20)
