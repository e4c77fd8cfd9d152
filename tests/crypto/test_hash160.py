"""The hash in an address, with and without OpenSSL's RIPEMD-160."""

from __future__ import annotations

import subprocess
import sys

from gatewright.crypto import hash160

# The public key of the private key 1, and the hash that is known for it.
GENERATOR = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
HASH_OF_GENERATOR = "751e76e8199196d454941c45d1b3a323f1433bd6"

# OpenSSL's configuration cannot take out this one digest, so the door to it is closed before gatewright is imported.
WITHOUT_OPENSSL_RIPEMD160 = """
import hashlib

def refuse(name, data=b"", **options):
    raise ValueError(f"unsupported hash type {name}")

hashlib.new = refuse
from gatewright.crypto import hash160
print(hash160(bytes.fromhex("%s")).hex())
"""


def test_the_hash_of_a_known_key():
    """The generator's compressed form has the hash that is known for it."""
    assert hash160(GENERATOR).hex() == HASH_OF_GENERATOR


def test_it_works_where_openssl_has_no_ripemd160():
    """Where OpenSSL 3 refuses its older digests, our own takes over and gives the same."""
    program = WITHOUT_OPENSSL_RIPEMD160 % GENERATOR.hex()
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert answer.stdout.strip() == HASH_OF_GENERATOR
