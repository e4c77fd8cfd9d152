"""An authenticator in software, which makes passkeys and answers with them, rightly or wrongly.

It builds its bytes by the specification (WebAuthn level 3, sections 6 and 7), without the library that verifies them.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from itertools import count

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

ORIGIN = "https://example.com"

UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
_numbers = count(1)


def encode(value):
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text):
    return urlsafe_b64decode(text + "==")


class ES256:
    """ECDSA with P-256."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())

    def cose(self):
        numbers = self._key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}

    def sign(self, data):
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class EdDSA:
    """Ed25519."""

    def __init__(self):
        self._key = ed25519.Ed25519PrivateKey.generate()

    def cose(self):
        return {1: 1, 3: -8, -1: 6, -2: self._key.public_key().public_bytes_raw()}

    def sign(self, data):
        return self._key.sign(data)


class RS256:
    """RSA by PKCS #1."""

    def __init__(self, bits=2048):
        self._key = rsa.generate_private_key(65537, bits)

    def cose(self):
        numbers = self._key.public_key().public_numbers()
        return {1: 3, 3: -257, -1: numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"), -2: b"\1\0\1"}

    def sign(self, data):
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class SoftwareAuthenticator:
    """One passkey and the browser that it is used in.

    Every method takes changes to what it says, so that tests can have it say the wrong thing.

    Args:
        algorithm: Makes its key.
        origin: The page's origin.
        counts: Whether it counts its answers; synced passkeys do not.
        flags: What it says of its user and itself.
    """

    def __init__(self, algorithm=ES256, *, origin=ORIGIN, counts=True, flags=UP | UV, aaguid=bytes(16)):
        self.key = algorithm()
        self.id = sha256(f"credential {next(_numbers)}".encode()).digest()
        self.origin = origin
        self.counter = 1 if counts else 0
        self.flags = flags
        self.aaguid = aaguid
        self.user_handle = None

    def create(self, options, **wrong):
        """Return what ``navigator.credentials.create`` gives, as its ``toJSON`` writes it."""
        self.user_handle = wrong.pop("user_handle", options["user"]["id"])
        cose = wrong.pop("cose", None) or cbor2.dumps(self.key.cose())
        attested = self.aaguid + len(self.id).to_bytes(2, "big") + self.id + cose
        client_data = self._client_data("webauthn.create", options, wrong)
        data = self._data(options["rp"]["id"], wrong, extra_flags=AT, attested=wrong.pop("attested", attested))
        statement = wrong.pop("statement", {})
        attestation = cbor2.dumps({"fmt": wrong.pop("fmt", "none"), "attStmt": statement, "authData": data})
        response = {
            "clientDataJSON": encode(client_data),
            "attestationObject": encode(attestation),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response, wrong)

    def get(self, options, **wrong):
        """Return what ``navigator.credentials.get`` gives, as its ``toJSON`` writes it."""
        if self.counter:
            self.counter += 1
        client_data = self._client_data("webauthn.get", options, wrong)
        data = self._data(options["rpId"], wrong)
        response = {
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(self.key.sign(data + sha256(client_data).digest())),
            "userHandle": wrong.pop("user_handle", self.user_handle),
        }
        return self._credential(response, wrong)

    def _client_data(self, type_, options, wrong):
        said = {"type": type_, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        said |= wrong.pop("client_data", {})
        return wrong.pop("raw_client_data", None) or json.dumps(said).encode()

    def _data(self, rp_id, wrong, *, extra_flags=0, attested=b""):
        rp_id_hash = sha256(wrong.pop("rp_id", rp_id).encode()).digest()
        flags = wrong.pop("flags", self.flags) | extra_flags
        return rp_id_hash + bytes([flags]) + wrong.pop("counter", self.counter).to_bytes(4, "big") + attested

    def _credential(self, response, wrong):
        credential = {
            "id": encode(self.id),
            "rawId": encode(self.id),
            "type": "public-key",
            "response": response | wrong.pop("response", {}),
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }
        credential |= wrong.pop("credential", {})
        assert not wrong, f"the authenticator does not know {wrong}"
        return credential
