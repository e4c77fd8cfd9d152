"""A real directory server on the loopback interface."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.1.1 NAME 'known' SUP top AUXILIARY MAY objectGUID )
pidfile {folder}/slapd.pid
TLSCertificateFile {certificate.certificate}
TLSCertificateKeyFile {certificate.key}
# Like many servers, let everybody in who gives a name and no password: clients must not ask so.
allow bind_anon_dn
database mdb
suffix "{suffix}"
directory {folder}/data
rootdn "cn=root,{suffix}"
rootpw root
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
objectClass: known
objectGUID:: {guid}
"""

GROUP = """
dn: cn={name},ou=groups,{suffix}
objectClass: groupOfNames
cn: {name}
member: uid=alice,ou=people,{suffix}
"""

MANY = [f"group {number}" for number in range(15)]
"""Groups that alice is in, more than the server shows at once."""


@dataclass(frozen=True)
class DirectoryServer:
    """A running server.

    Args:
        port: For ``ldap://``.
        tls_port: For ``ldaps://``.
        certificate: What vouches for it.
        process: The server itself.
    """

    port: int
    tls_port: int
    certificate: Path
    process: subprocess.Popen[bytes]

    def change(self, ldif: str) -> None:
        """Change entries, as an administrator."""
        root = ["-x", "-D", f"cn=root,{SUFFIX}", "-w", "root", "-H", f"ldap://127.0.0.1:{self.port}"]
        subprocess.run(["ldapmodify", *root], input=ldif.encode(), check=True, capture_output=True, timeout=60)

    def stop(self) -> None:
        """Take the server down."""
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory, loopback_certificate: Any) -> Iterator[DirectoryServer]:
    """A directory of a few people and groups."""
    with serve_directory(tmp_path_factory.mktemp("ldap"), loopback_certificate) as server:
        yield server


@pytest.fixture
def second_directory(tmp_path: Path, loopback_certificate: Any) -> Iterator[DirectoryServer]:
    """Another one, for one test, which may change and stop it."""
    with serve_directory(tmp_path, loopback_certificate) as server:
        yield server


@contextmanager
def serve_directory(folder: Path, certificate: Any) -> Iterator[DirectoryServer]:
    """Run a directory of its own in a folder."""
    installed = shutil.which("slapd", path=f"{os.environ['PATH']}:/usr/sbin")
    if installed is None:
        pytest.skip("there is no slapd: sudo apt-get install slapd ldap-utils")
    (folder / "data").mkdir()
    # A copy is not under the profile that AppArmor has for the installed one, which may read nothing here.
    program = shutil.copy(installed, folder / "slapd")
    configuration = folder / "slapd.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, certificate=certificate, suffix=SUFFIX, service=SERVICE)
    )
    entries = folder / "entries.ldif"
    entries.write_text(_entries())
    subprocess.run([program, "-T", "add", "-f", configuration, "-l", entries], check=True, capture_output=True)
    port, tls_port = _free_port(), _free_port()
    urls = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"
    with subprocess.Popen([program, "-f", configuration, "-h", urls, "-d", "0"]) as process:
        try:
            _await_listener(process, tls_port)
            yield DirectoryServer(port, tls_port, certificate.certificate, process)
        finally:
            process.terminate()


@pytest.fixture
def layout() -> LDAPLayout:
    """Where that directory keeps people and groups."""
    return LAYOUT


@pytest.fixture
def connect(directory: DirectoryServer) -> Callable[..., LDAPUserProvider]:
    """Make a provider of that directory's users, over TLS and with the service account unless told otherwise."""

    def make(layout: LDAPLayout = LAYOUT, *, url: Any = None, **options: Any) -> LDAPUserProvider:
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
    groups = "".join(GROUP.format(name=name, suffix=SUFFIX) for name in MANY)
    entries = ENTRIES.format(
        suffix=SUFFIX,
        service=SERVICE,
        service_password=SERVICE_PASSWORD,
        people="".join(
            PERSON.format(
                uid=uid,
                below=f"ou={below}",
                suffix=SUFFIX,
                active=active,
                verified=verified,
                password=password,
                guid=b64encode(guid_of(uid)).decode(),
            ).replace(f"\nuid: {uid}\n", "\nuid: " + uid.replace("\\5C", "\\") + "\n")
            for uid, below, active, verified in people
        ),
    )
    return entries + groups


def guid_of(uid: str) -> bytes:
    """Return a person's objectGUID: not a string, and like everybody's to those who decode it as if it were."""
    return b"\xff" * 15 + bytes([0x80 + sum(uid.encode()) % 0x40])


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


@contextmanager
def plain_server(answer: bytes | Callable[[bytes], bytes] | None):
    """Answer the first question with ``answer`` and hang up, or each with what it makes of it, or none at all.

    Collects what it hears.
    """
    received: list[bytes] = []
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                client = listener.accept()[0]
            except OSError:
                return
            with client:
                client.settimeout(5)
                with contextlib.suppress(OSError):
                    while asked := client.recv(4096):
                        received.append(asked)
                        if answer is None:
                            done.wait(10)
                        client.sendall(answer(asked) if callable(answer) else answer or b"")
                        if not callable(answer):
                            break

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], received
        finally:
            done.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
