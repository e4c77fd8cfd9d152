"""The options for a browser, in the JSON forms of WebAuthn level 3, sections 5.4 and 5.5."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gatewright.base64url import encode
from gatewright.methods.passkey.ceremony import ALGORITHMS
from gatewright.methods.passkey.record import record_of
from gatewright.methods.passkey.site import PasskeySite
from gatewright.model import Authenticator


def request_options(
    site: PasskeySite, *, challenge: str, minutes: float, passkeys: Iterable[Authenticator]
) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.get``.

    Args:
        site: The site.
        challenge: The challenge to sign, base64url.
        minutes: How long there is to respond.
        passkeys: The acceptable passkeys; none if the authenticator should offer those that it has.
    """
    return {
        "challenge": challenge,
        "timeout": _milliseconds(minutes),
        "rpId": site.rp_id,
        "allowCredentials": _descriptors(passkeys),
        "userVerification": site.user_verification,
    }


def creation_options(
    site: PasskeySite,
    *,
    challenge: str,
    minutes: float,
    passkeys: Iterable[Authenticator],
    user_handle: str,
    username: str,
    attestation: str,
) -> dict[str, Any]:
    """Return the options for ``navigator.credentials.create``.

    Args:
        site: The site.
        challenge: The challenge to sign, base64url.
        minutes: How long there is to respond.
        passkeys: The passkeys that the user has: their authenticators create no second one.
        user_handle: The authenticator's identifier for the user, base64url.
        username: The name that it displays.
        attestation: Whether the authenticator should prove its model: ``none`` or ``direct``.
    """
    return {
        "rp": {"id": site.rp_id, "name": site.name},
        "user": {"id": user_handle, "name": username, "displayName": username},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
        "timeout": _milliseconds(minutes),
        "excludeCredentials": _descriptors(passkeys),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": site.user_verification,
        },
        "attestation": attestation,
    }


def _descriptors(passkeys: Iterable[Authenticator]) -> list[dict[str, Any]]:
    return [
        {"type": "public-key", "id": encode(each.key), "transports": list(record_of(each).transports)}
        for each in passkeys
    ]


def _milliseconds(minutes: float) -> int:
    return int(minutes * 60_000)
