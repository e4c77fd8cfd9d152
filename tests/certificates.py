"""Certificates for servers of the tests' own."""

from __future__ import annotations

from pathlib import Path

import trustme


class Certificate:
    """What a server at 127.0.0.1 proves itself by; ``authority`` is the file that clients need to believe it."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1")
        self.authority, self.chain, self.key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
        authority.cert_pem.write_to_path(self.authority)
        issued.cert_chain_pems[0].write_to_path(self.chain)
        issued.private_key_pem.write_to_path(self.key)
