"""Which keys sign tokens: configured ones, rotated ones, or a secret kept beside the database while developing."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.auth.signing_keys import development_secret_file
from gatewright.errors import ConfigurationError
from gatewright.settings import load_settings

GOOD = "tS3vQ0n8_Xw1Lk5-Zr7Yb2Hc9Md4Fg6Jp0Ae"
OTHER = "kM4nP7qR2sT9vW1xY6zA3bC8dE5fG0hJ2Lq"
KEYS = {
    "EdDSA": lambda: OKPKey.derive_key("a seed for tests"),
    "ES256": lambda: ECKey.derive_key("a seed for tests"),
    "RS256": lambda: RSAKey.generate_key(2048),
}


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/keys.db"


@pytest.fixture
def secret_file(tmp_path):
    return development_secret_file(tmp_path / "keys.db")


@pytest.fixture
def make(url, clock):
    """Make applications on one database, with the settings that a test gives."""
    made = []

    def make(**values):
        made.append(EvrmoreAuth(settings=load_settings(**{"database_url": url} | values), clock=clock))
        return made[-1]

    yield make
    for auth in made:
        auth.close()


@pytest.fixture
def key_file(tmp_path):
    """Write a key to a file that only its owner may read, and return the path."""

    def write(name, key, *, private=True, mode=0o600):
        path = tmp_path / name
        path.write_bytes(key.as_pem(private=private))
        path.chmod(mode)
        return path

    return write


def header(token):
    segment = token.split(".")[0]
    return json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


REFUSED_IN_PRODUCTION = {
    "missing": {},
    "empty": {"jwt_secret": ""},
    "short": {"jwt_secret": GOOD[:31]},
    "short-in-bytes": {"jwt_secret": "a1B" * 10},
    "placeholder": {"jwt_secret": "change-me-change-me-change-me-now"},
    "default": {"jwt_secret": "your-secret-key-your-secret-key-0123"},
    "repeated": {"jwt_secret": "abcdefgh" * 8},
    "one-letter": {"jwt_secret": "x" * 64},
    "weak-previous": {"jwt_secret": GOOD, "jwt_secret_previous": "changeme"},
    "short-previous": {"jwt_secret": GOOD, "jwt_secret_previous": OTHER[:20]},
    "same-twice": {"jwt_secret": GOOD, "jwt_secret_previous": GOOD},
    "no-such-file": {"jwt_key_file": Path("/no/such/key.pem")},
    "a-folder": {"jwt_key_file": Path("/")},
}


@pytest.mark.parametrize("values", REFUSED_IN_PRODUCTION.values(), ids=REFUSED_IN_PRODUCTION)
def test_production_refuses_to_start_unsafely(make, values, secret_file):
    """With a cure in the message and never the secret; and it makes no secret of its own."""
    with pytest.raises(ConfigurationError) as refused:
        make(env="production", **values)
    message = str(refused.value)

    assert "secret" in message.lower() or "key" in message.lower()
    assert [value for value in values.values() if isinstance(value, str) and len(value) > 8 and value in message] == []
    assert not secret_file.exists()


@pytest.mark.parametrize("name", ["missing", "short", "placeholder"])
def test_the_refusal_says_how_to_make_a_secret(make, name):
    """A command to copy, and the name of the variable."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_JWT_SECRET") as refused:
        make(env="production", **REFUSED_IN_PRODUCTION[name])

    assert 'python -c "import secrets; print(secrets.token_urlsafe(48))"' in str(refused.value)


def test_production_starts_with_a_good_secret(make, alice, sign_in, caplog, secret_file):
    """Silently, and without a file of its own."""
    auth = make(env="production", jwt_secret=GOOD)
    token = sign_in(auth, alice).token

    assert header(token)["alg"] == "HS256"
    assert auth.validate_token(token)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert not secret_file.exists()


def test_development_warns_about_a_weak_secret(make, caplog):
    """It starts, and names the variable and not the value."""
    make(jwt_secret="hunter22")

    assert "GATEWRIGHT_JWT_SECRET is not safe" in caplog.text
    assert "hunter22" not in caplog.text


def test_a_development_secret_is_made_once_and_kept(make, alice, sign_in, caplog, secret_file):
    """For its owner's eyes only; a second instance, and a restart, know the tokens of the first; one warning."""
    first = make()
    token = sign_in(first, alice).token
    secret = secret_file.read_text()
    second = make()

    assert second.validate_token(token)
    assert secret_file.read_text() == secret
    assert len(secret) >= 64
    assert secret_file.stat().st_mode & 0o777 == 0o600
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert str(secret_file) in warnings[0]
    assert secret not in caplog.text
    assert [path.name for path in secret_file.parent.iterdir() if path.name.startswith(f"{secret_file.name}.")] == []


def test_another_database_has_another_development_secret(make, tmp_path, alice, sign_in):
    """Secrets are not shared by accident."""
    make(), make(database_url=f"sqlite:///{tmp_path}/other.db")

    secrets = [development_secret_file(tmp_path / name).read_text() for name in ("keys.db", "other.db")]
    assert len(set(secrets)) == 2


@pytest.mark.skipif(os.name != "posix", reason="Windows does not tell by mode bits who may read a file")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666, 0o620])
def test_a_development_secret_that_others_may_read_is_refused(make, secret_file, mode):
    """The message holds the command that cures it."""
    make()
    secret_file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600") as refused:
        make()
    assert secret_file.read_text() not in str(refused.value)
    secret_file.chmod(0o600)

    assert make()


def test_many_instances_starting_at_once_agree_on_one_secret(make, secret_file):
    """Threads of one process, all before there is a file."""
    gate, failures = threading.Barrier(8, timeout=10), []

    def start():
        gate.wait()
        try:
            make()
        except Exception as error:  # noqa: BLE001 - whatever it is, the main thread has to see it
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert failures == []
    assert [path.name for path in secret_file.parent.iterdir() if path.name.startswith(secret_file.name)] == [
        secret_file.name
    ]


def test_a_draft_left_by_a_killed_process_is_no_obstacle(make, secret_file):
    """In a container every process has the same number, so its remains may bear the newcomer's name."""
    for name in (f"{secret_file.name}.{os.getpid()}", f"{secret_file.name}.tmp"):
        secret_file.with_name(name).write_text("half a sec")
    make()

    assert len(secret_file.read_text()) >= 64


def test_an_in_memory_database_leaves_no_file(clock, tmp_path, monkeypatch, alice, sign_in):
    """Its secret dies with it."""
    monkeypatch.chdir(tmp_path)
    with EvrmoreAuth("sqlite://", clock=clock) as auth:
        assert auth.validate_token(sign_in(auth, alice).token)

    assert list(tmp_path.iterdir()) == []


def test_rotating_a_secret_keeps_everybody_signed_in(make, alice, sign_in):
    """Old tokens are good while the old secret is the previous one, and no longer; new ones are signed by the new."""
    old_token = sign_in(make(jwt_secret=OTHER), alice).token
    rotated = make(jwt_secret=GOOD, jwt_secret_previous=OTHER)
    new_token = sign_in(rotated, alice).token
    finished = make(jwt_secret=GOOD)

    assert rotated.validate_token(old_token)
    assert header(new_token)["kid"] != header(old_token)["kid"]
    assert finished.validate_token(new_token)
    assert finished.validate_token(old_token) is None
    assert make(jwt_secret=OTHER).validate_token(new_token) is None


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_key_file_signs(make, key_file, algorithm, alice, sign_in):
    """Each kind of key by the one algorithm that it is for; signing out works as ever."""
    auth = make(env="production", jwt_key_file=key_file("key.pem", KEYS[algorithm]()))
    token = sign_in(auth, alice).token

    assert header(token)["alg"] == algorithm
    assert auth.get_user_by_token(token).evrmore_address == alice.address
    assert auth.invalidate_token(token)
    assert auth.validate_token(token) is None


@pytest.mark.parametrize("algorithm", KEYS)
def test_moving_from_a_secret_to_a_key_file_and_on(make, key_file, algorithm, alice, sign_in):
    """A previous key may be a secret, a private or a public key file; the public half is enough to verify."""
    first, second = KEYS[algorithm](), OKPKey.derive_key("another seed for tests")
    with_secret = make(jwt_secret=GOOD)
    with_key = make(jwt_key_file=key_file("first.pem", first), jwt_secret_previous=GOOD)
    public = key_file("public.pem", first, private=False, mode=0o644)
    with_next = make(jwt_key_file=key_file("second.pem", second), jwt_key_file_previous=public)
    tokens = [sign_in(auth, alice).token for auth in (with_secret, with_key, with_next)]

    assert [bool(with_key.validate_token(token)) for token in tokens] == [True, True, False]
    assert [bool(with_next.validate_token(token)) for token in tokens] == [False, True, True]


def test_a_public_key_cannot_be_the_current_one(make, key_file):
    """That is said at the start, not at the first sign-in."""
    with pytest.raises(ConfigurationError, match="public key"):
        make(jwt_key_file=key_file("public.pem", KEYS["EdDSA"](), private=False))


@pytest.mark.skipif(os.name != "posix", reason="Windows does not tell by mode bits who may read a file")
@pytest.mark.parametrize("name", ["jwt_key_file", "jwt_key_file_previous"])
@pytest.mark.parametrize("env", ["development", "production"])
def test_a_private_key_that_others_may_read_is_refused(make, key_file, name, env):
    """Whether it signs or only verifies: whoever has read it can sign."""
    path = key_file("key.pem", KEYS["ES256"](), mode=0o644)

    with pytest.raises(ConfigurationError, match=f"chmod 600 {path}"):
        make(**{"env": env, "jwt_secret": GOOD, name: path})


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_file_is_refused(make, tmp_path, content):
    """With the command that makes a good one."""
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(ConfigurationError, match="openssl genpkey"):
        make(jwt_key_file=path)


@pytest.mark.parametrize("kind", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_a_start_that_is_refused_leaves_no_database_open(url, kind, monkeypatch):
    """Not even as long as somebody keeps the error."""
    opened = []
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **options: opened.append(connect(*args, **options)) or opened[-1]
    )

    with pytest.raises(ConfigurationError) as refused:
        kind(settings=load_settings(database_url=url, jwt_key_file="nowhere.pem"))

    assert refused.value
    assert opened
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


@pytest.mark.parametrize(("bits", "warns"), [(2048, True), (3072, False)])
def test_a_short_rsa_key_is_used_with_a_warning(make, key_file, bits, warns, caplog):
    """What was good enough for RFC 7518 is weaker than all else that signs here: the log names the cure."""
    auth = make(env="production", jwt_key_file=key_file("key.pem", RSAKey.generate_key(bits)))
    told = [record.getMessage() for record in caplog.records if "RSA" in record.getMessage()]
    assert auth.validate_token("nonsense") is None
    assert len(told) == warns
    cure = "Generate a better one with: openssl genpkey -algorithm ed25519 -out token-key.pem"
    assert all(f"{bits} bits" in line and line.endswith(f". {cure}") for line in told)
