"""Certificates for servers of the tests' own."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate


class Certificate:
    """What a server proves itself by, by default one at 127.0.0.1.

    ``authority`` is the file that clients need to believe it, ``pin`` what a browser is told of its key.
    """

    def __init__(self, folder: Path, *names: str) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert(*names or ("127.0.0.1",))
        self.authority, self.chain, self.key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
        authority.cert_pem.write_to_path(self.authority)
        issued.cert_chain_pems[0].write_to_path(self.chain)
        issued.private_key_pem.write_to_path(self.key)
        public_key = load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()).public_key()
        spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.pin = b64encode(sha256(spki).digest()).decode()
