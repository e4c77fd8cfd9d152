"""A real directory server on the loopback interface."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gatewright.providers import LDAPLayout, LDAPUserProvider

SUFFIX = "dc=example,dc=org"
SERVICE = f"cn=reader,{SUFFIX}"
SERVICE_PASSWORD = "the service account's own"
LAYOUT = LDAPLayout(
    people=f"ou=people,{SUFFIX}",
    attributes={"email": "mail", "first_name": "givenName", "active": "employeeType", "verified": "title"},
    groups=f"ou=groups,{SUFFIX}",
    roles={"editors": "editor", "chiefs": "chief", "nobodies": "nobody"},
)

CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {certificate.certificate}
TLSCertificateKeyFile {certificate.key}
# Like many servers, let everybody in who gives a name and no password: clients must not ask so.
allow bind_anon_dn
database mdb
suffix "{suffix}"
directory {folder}/data
sizelimit 10
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=secret,{suffix}" by * none
access to * by dn.exact="{service}" read by anonymous auth by * none
"""

ENTRIES = """
dn: {suffix}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: {service}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {service_password}

dn: ou=people,{suffix}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{suffix}
objectClass: organizationalUnit
ou: groups

dn: ou=secret,{suffix}
objectClass: organizationalUnit
ou: secret
{people}
dn: cn=editors,ou=groups,{suffix}
objectClass: groupOfNames
cn: editors
member: uid=alice,ou=people,{suffix}
member: uid=bob,ou=people,{suffix}

dn: cn=strangers,ou=groups,{suffix}
objectClass: groupOfNames
cn: strangers
member: uid=alice,ou=people,{suffix}

dn: cn=chiefs,ou=groups,{suffix}
objectClass: groupOfNames
cn: chiefs
member: uid=bob,ou=people,{suffix}
"""

PERSON = """
dn: uid={uid},{below},{suffix}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: Example
mail: {uid}@example.org
mail: {uid}@xn--mnchen-3ya.example
employeeType: {active}
title: {verified}
userPassword: {password}
"""


@dataclass(frozen=True)
class DirectoryServer:
    """A running server.

    Args:
        port: For ``ldap://``.
        tls_port: For ``ldaps://``.
        certificate: What vouches for it.
    """

    port: int
    tls_port: int
    certificate: Path


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory, loopback_certificate: Any) -> Iterator[DirectoryServer]:
    """A directory of a few people and groups."""
    installed = shutil.which("slapd", path=f"{os.environ['PATH']}:/usr/sbin")
    if installed is None:
        pytest.skip("there is no slapd: sudo apt-get install slapd")
    folder = tmp_path_factory.mktemp("ldap")
    (folder / "data").mkdir()
    # A copy is not under the profile that AppArmor has for the installed one, which may read nothing here.
    slapd = shutil.copy(installed, folder / "slapd")
    configuration = folder / "slapd.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, certificate=loopback_certificate, suffix=SUFFIX, service=SERVICE)
    )
    entries = folder / "entries.ldif"
    entries.write_text(_entries())
    subprocess.run([slapd, "-T", "add", "-f", configuration, "-l", entries], check=True, capture_output=True)
    port, tls_port = _free_port(), _free_port()
    urls = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"
    with subprocess.Popen([slapd, "-f", configuration, "-h", urls, "-d", "0"]) as process:
        try:
            _await_listener(process, tls_port)
            yield DirectoryServer(port, tls_port, loopback_certificate.certificate)
        finally:
            process.terminate()


@pytest.fixture
def layout() -> LDAPLayout:
    """Where that directory keeps people and groups."""
    return LAYOUT


@pytest.fixture
def connect(directory: DirectoryServer) -> Callable[..., LDAPUserProvider]:
    """Make a provider of that directory's users, over TLS and with the service account unless told otherwise."""

    def make(layout: LDAPLayout = LAYOUT, *, url: str | None = None, **options: Any) -> LDAPUserProvider:
        usual = {"service_dn": SERVICE, "service_password": SERVICE_PASSWORD, "ca_file": directory.certificate}
        return LDAPUserProvider(url or f"ldaps://127.0.0.1:{directory.tls_port}", layout, **(usual | options))

    return make


def _entries() -> str:
    people = [
        ("alice", "people", "TRUE", "TRUE"),
        ("bob", "people", "FALSE", "TRUE"),
        ("carol", "people", "TRUE", "no"),
        ("o'brien (staff)", "people", "TRUE", "TRUE"),
        ("back\\5Cslash", "people", "TRUE", "TRUE"),
        ("dan", "people", "TRUE", "TRUE"),
        ("dan", "groups", "TRUE", "TRUE"),
        ("eve", "secret", "TRUE", "TRUE"),
    ]
    password = "correct horse battery staple"
    return ENTRIES.format(
        suffix=SUFFIX,
        service=SERVICE,
        service_password=SERVICE_PASSWORD,
        people="".join(
            PERSON.format(
                uid=uid, below=f"ou={below}", suffix=SUFFIX, active=active, verified=verified, password=password
            ).replace(f"\nuid: {uid}\n", "\nuid: " + uid.replace("\\5C", "\\") + "\n")
            for uid, below, active, verified in people
        ),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_listener(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the server accepts connections."""
    for _ in range(200):
        if process.poll() is not None:
            pytest.fail(f"slapd ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("slapd does not listen")
