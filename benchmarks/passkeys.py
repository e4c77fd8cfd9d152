"""An authenticator in software: one passkey, which signs with ECDSA over P-256 and counts."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from gatewright.system import SystemRandom

RP_ID = "localhost"
ORIGIN = "https://localhost"


def encode(value: bytes) -> str:
    """Return bytes as base64url."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


class SoftwarePasskey:
    """A passkey whose user has always been recognised."""

    def __init__(self) -> None:
        self.id, self.user_handle = (SystemRandom().token_bytes(32) for _ in range(2))
        self.counter = 0
        self._key = generate_private_key(SECP256R1())

    @property
    def public_key(self) -> bytes:
        """The key in COSE's form (RFC 9053, section 7.1.1)."""
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + x + b"\x22\x58\x20" + y

    def answer(self, challenge: str) -> dict[str, Any]:
        """Return what a browser sends when the passkey has answered a challenge."""
        self.counter += 1
        said = {"type": "webauthn.get", "challenge": challenge, "origin": ORIGIN, "crossOrigin": False}
        client_data = json.dumps(said).encode()
        data = sha256(RP_ID.encode()).digest() + b"\x05" + self.counter.to_bytes(4, "big")
        response = {
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(self._key.sign(data + sha256(client_data).digest(), ECDSA(SHA256()))),
            "userHandle": encode(self.user_handle),
        }
        return {"id": encode(self.id), "rawId": encode(self.id), "type": "public-key", "response": response}
