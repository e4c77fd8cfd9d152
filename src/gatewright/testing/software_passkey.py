"""A passkey and the browser that it is used in, for tests that sign in with one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from gatewright.base64url import encode
from gatewright.testing.seeded_random import SeededRandom

_PRESENT_AND_VERIFIED, _ATTESTED = 0x05, 0x40
_MODEL = bytes(16)


class SoftwarePasskey:
    """A passkey that is not synced and has a counter; its user is always verified.

    Args:
        seed: Any text; two passkeys need different ones.
        origin: The origin of the page; by default https and the domain that the page names.
    """

    def __init__(self, seed: str = "passkey", *, origin: str | None = None) -> None:
        random = SeededRandom(f"passkey {seed}")
        self.id = random.token_bytes(32)
        self.counter = 0
        self._origin = origin
        self._key = derive_private_key(int.from_bytes(random.token_bytes(31), "big") + 1, SECP256R1())
        self._user_handle: str | None = None

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what ``navigator.credentials.create`` returns, as its ``toJSON`` writes it.

        Args:
            options: What ``guard.begin_enrolment("passkey")`` returned.
        """
        self._user_handle = options["user"]["id"]
        rp_id = options["rp"]["id"]
        attested = _MODEL + len(self.id).to_bytes(2, "big") + self.id + self._public_key()
        data = self._data(rp_id, _PRESENT_AND_VERIFIED | _ATTESTED) + attested
        attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        return self._credential(
            clientDataJSON=encode(self._client_data("webauthn.create", options["challenge"], rp_id)),
            attestationObject=encode(attestation),
            transports=["internal"],
        )

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what ``navigator.credentials.get`` returns, as its ``toJSON`` writes it.

        Args:
            options: What ``guard.begin("passkey")`` returned.
        """
        self.counter += 1
        client_data = self._client_data("webauthn.get", options["challenge"], options["rpId"])
        data = self._data(options["rpId"], _PRESENT_AND_VERIFIED)
        return self._credential(
            clientDataJSON=encode(client_data),
            authenticatorData=encode(data),
            signature=encode(self._key.sign(data + sha256(client_data).digest(), ECDSA(SHA256()))),
            userHandle=self._user_handle,
        )

    def _public_key(self) -> bytes:
        """Return the public key as COSE (RFC 9053, section 7.1.1)."""
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + x + b"\x22\x58\x20" + y

    def _client_data(self, type_: str, challenge: str, rp_id: str) -> bytes:
        origin = self._origin or f"https://{rp_id}"
        said = {"type": type_, "challenge": challenge, "origin": origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, rp_id: str, flags: int) -> bytes:
        return sha256(rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _credential(self, **response: Any) -> dict[str, Any]:
        id_ = encode(self.id)
        return {"id": id_, "rawId": id_, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def __repr__(self) -> str:
        return f"SoftwarePasskey(id={encode(self.id)!r})"
