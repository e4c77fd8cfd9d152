"""Certificates for servers on the loopback interface, and a directory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ldap_directory import *  # noqa: F403 - fixtures are found by their presence
from work_done import *  # noqa: F403


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, with its key, both in PEM files."""

    certificate: Path
    key: Path


def make_certificate(folder: Path, *, host: str) -> Certificate:
    """Write a certificate for ``host``, an IP address or a name, that whoever trusts it may verify by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"gatewright test {host}")])
    alternative = x509.DNSName(host) if host.isascii() and not host[0].isdigit() else x509.IPAddress(ip_address(host))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    files = Certificate(folder / f"{host}.crt", folder / f"{host}.key")
    files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.fixture(scope="session")
def loopback_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1."""
    return make_certificate(tmp_path_factory.mktemp("certificates"), host="127.0.0.1")


@pytest.fixture(scope="session")
def strange_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for somebody else's host."""
    return make_certificate(tmp_path_factory.mktemp("certificates"), host="elsewhere.example")
