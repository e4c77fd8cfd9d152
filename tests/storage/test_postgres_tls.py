"""A PostgreSQL that is reached by TLS: whoever is not vouched for is not spoken to, and the start tells the cure."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from certificates import Certificate
from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Settings
from gatewright.errors import ConfigurationError
from postgres_server import ROLE, serving_postgres, unprivileged

ENCRYPTED = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'gatewright'"


@pytest.fixture(scope="module")
def certificate():
    """In a folder that a server can read which does not run as root; the key is its own."""
    with tempfile.TemporaryDirectory(prefix="gatewright-tls-") as folder:
        certificate = Certificate(Path(folder))
        certificate.key.chmod(0o600)
        if user := unprivileged():
            for path in (folder, certificate.key):
                os.chown(path, user["user"], user["group"])
        yield certificate


@pytest.fixture(scope="module")
def port(certificate):
    """The port of a server that shows the certificate."""
    with serving_postgres("ssl=on", f"ssl_cert_file={certificate.chain}", f"ssl_key_file={certificate.key}") as port:
        yield port


def settings_of(port, **options):
    options = "&".join(f"{name}={value}" for name, value in {"sslmode": "verify-full", **options}.items())
    url = f"postgresql+psycopg://{ROLE}@127.0.0.1:{port}/postgres?{options}"
    return Settings(jwt_secret="a secret for tests, longer than 32 bytes", database_url=url, argon2_memory_kib=8)


@pytest.mark.parametrize("build", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_a_server_that_is_vouched_for_is_used(build, port, certificate):
    """By connections that all are encrypted."""
    name = build.__name__.lower()

    async def settled(answer):
        return await answer if asyncio.iscoroutine(answer) else answer

    async def use():
        with closing(build(settings=settings_of(port, sslrootcert=certificate.authority))) as auth:
            await settled(auth.create_user(name, password="correct horse battery staple"))
            user = await settled(auth.get_user(name))
            with psycopg.connect(f"postgresql://{ROLE}@127.0.0.1:{port}/postgres") as admin:
                encrypted = admin.execute(ENCRYPTED).fetchall()
        return user.username, {is_encrypted for (is_encrypted,) in encrypted}

    assert asyncio.run(use()) == (name, {True})


@pytest.mark.parametrize("build", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_a_server_that_is_not_vouched_for_is_refused(build, port, tmp_path):
    """By the authority that is named."""
    with pytest.raises(ConfigurationError, match=r"certificate verify failed.*sslrootcert=/path/ca\.pem"):
        build(settings=settings_of(port, sslrootcert=Certificate(tmp_path).authority))


def test_a_certificate_of_another_host_is_refused(port, certificate):
    secure = settings_of(port, sslrootcert=certificate.authority, hostaddr="127.0.0.1", host="localhost")
    with pytest.raises(ConfigurationError, match=r"does not match host name.*the host as in its certificate"):
        EvrmoreAuth(settings=secure)


def test_a_missing_file_of_the_authority_is_named(port):
    with pytest.raises(ConfigurationError, match=r'"/nowhere/ca.pem" does not exist.*sslrootcert='):
        EvrmoreAuth(settings=settings_of(port, sslrootcert="/nowhere/ca.pem"))


def test_a_server_without_tls_is_refused_where_it_is_asked_for(postgres_server, certificate):
    plain = postgres_server.rstrip("/").rpartition(":")[2]
    with pytest.raises(ConfigurationError, match=r"does not support SSL.*ssl = on"):
        EvrmoreAuth(settings=settings_of(plain, sslrootcert=certificate.authority))
