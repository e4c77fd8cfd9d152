"""``gatewright doctor``: what is unsafe, and its cure, without changing anything."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import bcrypt
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import RSAKey

from gatewright import EvrmoreAuth, MemoryUserProvider, Settings
from gatewright.cli.checks.environment import check_sqlite
from gatewright.cli.checks.file_systems import shared_file_system_of
from gatewright.errors import UserNotFoundError
from gatewright.storage.sql.migrate import HEAD

STRONG = "7Jw2u0XkqzvN4rT9sYbE1cGhL6mPdKfA3xRiVnQo"
OTHER = "Zp5MtC8yWbU2eHsN9kXrLqGv4JfDa7TiRo1B6cEw"
WEAK = "correct-horse"
PRODUCTION = {
    "GATEWRIGHT_ENV": "production",
    "GATEWRIGHT_JWT_SECRET": STRONG,
    "GATEWRIGHT_DOMAIN": "example.org",
    "GATEWRIGHT_PUBLIC_URL": "https://example.org",
    "GATEWRIGHT_MAIL_URL": "smtp://shop:hunter2@mail.example.org:587",
    "GATEWRIGHT_MAIL_FROM": "Shop <no-reply@example.org>",
}


@pytest.fixture
def examine(invoke):
    """Run the doctor; return its exit code and its findings as (check, status) -> finding and cure."""

    def examine(*options, **env):
        result = invoke("doctor", "--json", *options, **env)
        document = json.loads(result.stdout)
        assert document["is_safe"] is (result.exit_code == 0)
        rows = document["findings"]
        return result.exit_code, {(row["check"], row["status"]): f"{row['finding']} {row['cure']}" for row in rows}

    return examine


@pytest.fixture
def key_file(folder):
    """Write a new private key, or its public half, to a file with this mode."""

    def key_file(name, *, mode=0o600, is_public=False):
        key = Ed25519PrivateKey.generate()
        if is_public:
            form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            pem = key.public_key().public_bytes(*form)
        else:
            form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            pem = key.private_bytes(*form)
        path = folder / name
        path.write_bytes(pem)
        path.chmod(mode)
        return str(path)

    return key_file


def test_a_fresh_folder_is_fine_for_development(examine, folder):
    """Warnings say what production would need; nothing is unsafe, and nothing has been made."""
    code, found = examine()

    assert code == 0
    assert "GATEWRIGHT_ENV=production" in found["mode", "warning"]
    assert "GATEWRIGHT_JWT_SECRET" in found["development secret", "warning"]
    assert "gatewright migrate" in found["revision", "warning"]
    assert list(folder.iterdir()) == []


def test_a_production_in_order_is_ok_throughout(examine, folder):
    """With a migrated database, a secret, a domain, an address and a mail server there is nothing to say."""
    with EvrmoreAuth(jwt_secret=STRONG):
        code, found = examine(**PRODUCTION)

    assert code == 0
    assert {status for _, status in found} == {"ok"}
    assert HEAD in found["revision", "ok"]


@pytest.mark.parametrize(
    ("name", "value", "check", "status", "said"),
    [
        ("TRUSTED_PROXIES", "", "proxies", "ok", "GATEWRIGHT_TRUSTED_PROXIES"),
        ("TRUSTED_PROXIES", "10.0.0.0/8", "proxies", "ok", "a scheme other than http, https, ws and wss"),
        ("TRUSTED_PROXIES", "0.0.0.0/0,::/0", "proxies", "warning", "everybody"),
        ("TRUSTED_PROXIES", "proxy.example", "proxies", "unsafe", "such as 10.0.0.0/8"),
        ("TRUSTED_ORIGINS", "", "trusted origins", "ok", "No other origin"),
        ("TRUSTED_ORIGINS", "https://App.example.org/", "trusted origins", "ok", "https://app.example.org"),
        ("TRUSTED_ORIGINS", "http://app.example.org", "trusted origins", "warning", "https://"),
        ("TRUSTED_ORIGINS", "*", "settings", "unsafe", "list every origin"),
    ],
)
def test_who_is_believed_and_trusted_is_said(examine, name, value, check, status, said):
    """As far as it can be seen without a request."""
    _, found = examine(**PRODUCTION | {f"GATEWRIGHT_{name}": value})

    assert said in found[check, status]


def test_looking_at_a_database_at_rest_leaves_no_trace(examine, folder):
    """No byte and no file is changed."""
    EvrmoreAuth(jwt_secret=STRONG).close()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    _, found = examine(**PRODUCTION)

    assert HEAD in found["revision", "ok"]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_only_in_the_log_of_a_database_in_use_is_seen(examine, folder):
    """A database that has just been migrated has its revision in the write-ahead log, and the log stays."""
    with EvrmoreAuth("sqlite:///gatewright.db"):
        before = {path: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}
        _, found = examine()

        assert HEAD in found["revision", "ok"]
        assert (folder / "gatewright.db-wal").stat().st_size > 0
        assert {path: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")} == before


@pytest.mark.parametrize(
    ("env", "check", "cure"),
    [
        ({"GATEWRIGHT_ENV": "prod"}, "settings", "GATEWRIGHT_ENV: Input should be 'development' or 'production'"),
        ({"GATEWRIGHT_TOKEN_MINUTES": "soon"}, "settings", "GATEWRIGHT_TOKEN_MINUTES"),
        ({"GATEWRIGHT_ENVV": "production"}, "names", "Did you mean GATEWRIGHT_ENV?"),
        ({"gatewright_jwt_secrt": STRONG}, "names", "Did you mean GATEWRIGHT_JWT_SECRET?"),
        ({"GATEWRIGHT_XYZZY": "1"}, "names", "Remove it."),
        ({"GATEWRIGHT_NETWORKS": "evrmore,dogecoin"}, "networks", "Known networks: evrmore, "),
        ({"GATEWRIGHT_ENV": "production"}, "token keys", "token_urlsafe"),
        ({"GATEWRIGHT_JWT_SECRET": ""}, "token keys", "token_urlsafe"),
        (PRODUCTION | {"GATEWRIGHT_JWT_SECRET": WEAK}, "token keys", "token_urlsafe"),
        (PRODUCTION | {"GATEWRIGHT_JWT_SECRET_PREVIOUS": WEAK}, "token keys", "GATEWRIGHT_JWT_SECRET_PREVIOUS"),
        (PRODUCTION | {"GATEWRIGHT_JWT_SECRET_PREVIOUS": STRONG}, "token keys", "different"),
        (PRODUCTION | {"GATEWRIGHT_JWT_KEY_FILE": "nowhere.pem"}, "token keys", "nowhere.pem cannot be read"),
        (PRODUCTION | {"GATEWRIGHT_DOMAIN": "localhost"}, "domain", "GATEWRIGHT_DOMAIN"),
        (PRODUCTION | {"GATEWRIGHT_PUBLIC_URL": ""}, "mail links", "GATEWRIGHT_PUBLIC_URL"),
        ({"GATEWRIGHT_MAIL_URL": "ftp://me:hunter2@host"}, "mail server", "GATEWRIGHT_MAIL_URL must begin with"),
        ({"GATEWRIGHT_MAIL_URL": "smtp://shop:hunter2@:25"}, "mail server", "GATEWRIGHT_MAIL_URL must be"),
        ({"GATEWRIGHT_DATABASE_URL": "nonsense"}, "database", "sqlite:///gatewright.db"),
        ({"GATEWRIGHT_DATABASE_URL": "mysql://me:hunter2@host/db"}, "database", "or to postgresql+psycopg://"),
        ({"GATEWRIGHT_DATABASE_URL": "sqlite:///nowhere/x.db"}, "database", "mkdir -p"),
    ],
)
def test_what_is_unsafe_is_named_with_its_cure(examine, folder, env, check, cure):
    """Each slip is unsafe on its own, exit code 1, and nothing is made while looking."""
    code, found = examine(**env)

    assert code == 1
    assert cure in found[check, "unsafe"]
    assert "hunter2" not in str(found)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("env", "check", "cure"),
    [
        ({"GATEWRIGHT_JWT_SECRET": WEAK}, "token secret", "token_urlsafe"),
        ({"GATEWRIGHT_JWT_SECRET_PREVIOUS": WEAK}, "token secret", "GATEWRIGHT_JWT_SECRET_PREVIOUS is weak"),
        ({"GATEWRIGT_DOMAIN": "example.org"}, "names", "Did you mean GATEWRIGHT_DOMAIN?"),
        ({"GATEWRIGHT_DATABASE_URL": "sqlite://"}, "database", "sqlite:///gatewright.db"),
    ],
)
def test_what_development_may_do_is_a_warning(examine, env, check, cure):
    """It is told with its cure, but nothing is unsafe."""
    code, found = examine(**env)

    assert code == 0
    assert cure in found[check, "warning"]


@pytest.mark.parametrize(
    ("missing", "check", "status", "cure"),
    [
        ("GATEWRIGHT_MAIL_URL", "mail server", "warning", "Set GATEWRIGHT_MAIL_URL"),
        ("GATEWRIGHT_MAIL_FROM", "mail sender", "warning", "Set GATEWRIGHT_MAIL_FROM"),
        ("GATEWRIGHT_PUBLIC_URL", "mail links", "unsafe", "Set GATEWRIGHT_PUBLIC_URL"),
    ],
)
def test_what_mails_need_in_production(examine, missing, check, status, cure):
    """A server, a sender of the site's own, and where links lead; without the last one, pages refuse to start."""
    code, found = examine(**{name: value for name, value in PRODUCTION.items() if name != missing})

    assert code == (1 if status == "unsafe" else 0)
    assert cure in found[check, status]


def test_links_in_mails_that_anybody_can_read_are_a_warning(examine):
    """They hold secrets, and lead to a page without TLS."""
    _, found = examine(**PRODUCTION | {"GATEWRIGHT_PUBLIC_URL": "http://shop.example"})

    assert "https://" in found["mail links", "warning"]


@pytest.mark.parametrize(
    ("text", "mode", "status"),
    [
        (f"GATEWRIGHT_JWT_SECRET={STRONG}\n", 0o644, "unsafe"),
        (f"gatewright_jwt_secret_previous={STRONG}\n", 0o602, "unsafe"),
        ("GATEWRIGHT_MAIL_URL=smtp://shop:hunter2@example.org\n", 0o644, "unsafe"),
        ("GATEWRIGHT_DOMAIN=example.org\n", 0o644, "warning"),
        (f"GATEWRIGHT_JWT_SECRET={STRONG}\n", 0o600, "ok"),
    ],
)
def test_who_may_read_the_env_file(examine, folder, text, mode, status):
    """With a secret in it others may neither read nor change it."""
    (folder / ".env").write_text(text)
    (folder / ".env").chmod(mode)
    code, found = examine()

    assert code == (1 if status == "unsafe" else 0)
    assert ("chmod 600 .env" in found["env file", status]) is (status != "ok")


def test_a_slip_in_the_env_file_is_found(examine, folder):
    """Names in .env are looked at as those in the environment are; other applications' names are left alone."""
    (folder / ".env").write_text("GATEWRIGHT_DOMIAN=example.org\nDEBUG=1\n")
    (folder / ".env").chmod(0o600)
    code, found = examine()

    assert code == 1
    assert "GATEWRIGHT_DOMIAN in .env" in found["names", "unsafe"]
    assert "Did you mean GATEWRIGHT_DOMAIN?" in found["names", "unsafe"]
    assert "DEBUG" not in str(found)


def test_an_env_file_that_is_no_text_is_told(examine, folder):
    """Nonsense in .env is a finding, not a traceback."""
    (folder / ".env").write_bytes(b"GATEWRIGHT_DOMAIN=\xff\xfe\n")
    code, found = examine()

    assert code == 1
    assert "Save it as UTF-8" in found["settings", "unsafe"]


@pytest.mark.parametrize(("mode", "status"), [(0o600, "ok"), (0o640, "unsafe"), (0o604, "unsafe")])
@pytest.mark.parametrize("setting", ["GATEWRIGHT_JWT_KEY_FILE", "GATEWRIGHT_JWT_KEY_FILE_PREVIOUS"])
def test_who_may_read_a_private_key(examine, key_file, setting, mode, status):
    """Its owner: a previous one still signs tokens that are accepted."""
    code, found = examine(**PRODUCTION | {setting: key_file("key.pem", mode=mode)})

    assert code == (1 if status == "unsafe" else 0)
    assert ("chmod 600" in found["token keys", status]) is (status == "unsafe")


def test_a_public_key_is_everybodys_but_signs_nothing(examine, key_file):
    """As the previous key it may be read by all; as the current one it is of no use."""
    public = key_file("public.pem", mode=0o644, is_public=True)
    as_previous = examine(**PRODUCTION, GATEWRIGHT_JWT_KEY_FILE_PREVIOUS=public)
    as_current = examine(**PRODUCTION, GATEWRIGHT_JWT_KEY_FILE=public)

    assert (as_previous[0], as_current[0]) == (0, 1)
    assert "Name a private one" in as_current[1]["token keys", "unsafe"]


def test_a_short_rsa_key_is_named(examine, folder):
    """It works, and should be replaced."""
    key = RSAKey.generate_key(2048)
    (folder / "rsa.pem").write_bytes(key.as_pem(private=True))
    (folder / "rsa.pem").chmod(0o600)
    settings = {name: value for name, value in PRODUCTION.items() if name != "GATEWRIGHT_JWT_SECRET"}
    code, found = examine(**settings, GATEWRIGHT_JWT_KEY_FILE="rsa.pem")

    assert code == 0
    assert "genpkey" in found["token keys", "warning"]


def test_a_broken_key_file_is_told(examine, folder):
    """A file that is no key says what is accepted, and is not quoted."""
    (folder / "key.pem").write_text(f"{STRONG}\n")
    code, found = examine(GATEWRIGHT_JWT_KEY_FILE="key.pem")

    assert code == 1
    assert "Ed25519" in found["token keys", "unsafe"]
    assert STRONG not in str(found)


@pytest.mark.parametrize(
    ("mode", "text", "status", "cure"),
    [
        (0o600, STRONG, "warning", "production needs"),
        (0o640, STRONG, "unsafe", "chmod 600"),
        (0o600, "", "unsafe", "rm "),
        (0o600, WEAK, "unsafe", "rm "),
    ],
)
def test_the_development_secret_is_looked_after(examine, folder, mode, text, status, cure):
    """Its file is as safe as it is private, and as long as it is strong."""
    path = folder / "gatewright.db.secret"
    path.write_text(text)
    path.chmod(mode)
    code, found = examine()

    assert code == (1 if status == "unsafe" else 0)
    assert cure in found["development secret", status]
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("revision", "status", "cure"), [("0000", "warning", "gatewright migrate"), ("9999", "unsafe", "pip install -U")]
)
def test_a_database_of_another_release_is_told(examine, database, sql, revision, status, cure):
    """An older one will be migrated, a newer one refuses to start."""
    sql("UPDATE alembic_version SET version_num = ?", revision)
    code, found = examine()

    assert code == (1 if status == "unsafe" else 0)
    assert cure in found["revision", status]


def test_two_accounts_of_one_mailbox_are_told(examine, database, sql):
    """Until one of them is disabled."""
    with EvrmoreAuth(jwt_secret=STRONG) as auth:
        for name in ("anna", "ben"):
            auth.create_user(name, email=f"{name}@münchen.example")
        assert ("emails", "ok") in examine()[1]
        sql("UPDATE users SET email = 'ben@xn--mnchen-3ya.example' WHERE username = 'anna'")
        told = examine()[1]["emails", "warning"]
        auth.disable_user("ben@xn--mnchen-3ya.example")

    assert "ben@xn--mnchen-3ya.example" in told
    assert "gatewright user disable" in told
    assert ("emails", "ok") in examine()[1]


def test_somebody_elses_database_has_no_revision(examine, folder):
    """A SQLite file without our tables will be migrated."""
    connection = sqlite3.connect(folder / "gatewright.db")
    connection.execute("CREATE TABLE theirs (id)")
    connection.close()
    _, found = examine()

    assert "revision none" in found["revision", "warning"]


def test_what_is_no_database_is_told(examine, folder):
    """A file of something else is unsafe to start on."""
    (folder / "gatewright.db").write_bytes(b"a letter to my mother, and much of it" * 100)
    code, found = examine()

    assert code == 1
    assert "cannot be read" in found["revision", "unsafe"]


def test_a_folder_is_no_database(examine, folder):
    """The database must be a file."""
    (folder / "gatewright.db").mkdir()
    code, found = examine()

    assert code == 1
    assert "must name a file" in found["database", "unsafe"]


@pytest.mark.parametrize("name", [".", "gatewright.db", "gatewright.db-shm"])
def test_what_cannot_be_written_is_told(database, folder, name):
    """SQLite needs to write the file, its folder, and what it keeps beside the file."""
    place = folder / name
    place.touch()
    mode = place.stat().st_mode
    place.chmod(0o500)
    try:
        run = examine_as_anybody(folder)
    finally:
        place.chmod(mode)

    assert run.returncode == 1
    assert f"{place} is not writable" in run.stdout


def examine_as_anybody(folder):
    """Run the doctor in a process whose user modes of files hold for, also where that is root."""
    as_anybody = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*as_anybody, sys.executable, "-m", "gatewright", "doctor", "--json"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("GATEWRIGHT_")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("version", "status"), [((3, 34, 1), "unsafe"), ((3, 35, 0), "ok"), ((4, 0, 0), "ok")])
def test_sqlite_must_know_returning(version, status):
    """3.35 is the first that does."""
    assert check_sqlite(version).status == status


def test_the_report_for_people_is_a_line_for_each_finding(invoke):
    """Check, status, finding and cure; whole, off a terminal."""
    result = invoke("doctor", **PRODUCTION | {"GATEWRIGHT_JWT_SECRET": WEAK})
    heading, *rows = result.stdout.splitlines()

    assert heading.split() == ["check", "status", "finding", "cure"]
    assert result.exit_code == 1
    assert any(row.startswith("token keys") and "unsafe" in row and "token_urlsafe(48)" in row for row in rows)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_secret_is_printed(invoke, folder, options):
    """Neither a strong nor a weak one, from the environment or a file, is in the report."""
    (folder / ".env").write_text(f"GATEWRIGHT_JWT_SECRET_PREVIOUS={OTHER}\nGATEWRIGHT_JWT_SECRT={STRONG}\n")
    result = invoke("doctor", *options, GATEWRIGHT_JWT_SECRET=WEAK)

    assert result.exit_code == 1
    assert not any(secret in result.output for secret in (STRONG, OTHER, WEAK))


def test_hashes_that_gave_trouble_are_counted_with_their_cure(invoke, folder):
    """What nobody can read, and what could not be renewed: by provider, and without a name or a hash."""

    class ReadOnly(MemoryUserProvider):
        def save_hash(self, username, *, old_hash, new_hash):
            raise RuntimeError("read-only")

    old = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
    users = [{"email": "ada", "password": old}, {"email": "bob", "password": "$y$j9T$unknown$" + "x" * 43}]
    provider = ReadOnly(users)
    with EvrmoreAuth(jwt_secret=STRONG, providers=[provider]) as auth:
        auth.attempt("ada", "correct horse", provider)
        for _ in range(2):
            with pytest.raises(UserNotFoundError):
                auth.attempt("bob", "correct horse", provider)
    document = json.loads(invoke("doctor", "--json", **PRODUCTION).stdout)
    rows = [row for row in document["findings"] if row["check"] == "hashes"]

    assert document["is_safe"]
    assert [row["status"] for row in rows] == ["warning", "warning"]
    assert "not renewed by ReadOnly: 1 sign-ins" in rows[0]["finding"]
    assert "VARCHAR(255)" in rows[0]["cure"]
    assert "cannot be read by ReadOnly: 2 sign-ins" in rows[1]["finding"]
    assert "ada" not in str(rows)
    assert "bob" not in str(rows)


def test_processes_that_work_together_can_be_compared(examine):
    """By a fingerprint: another secret is another one; how many threads a machine has makes no difference."""

    def fingerprint(**env):
        return re.search("fingerprint ([0-9a-f]{8})", examine(**PRODUCTION | env)[1]["agreement", "ok"])[1]

    usual = fingerprint()

    assert fingerprint(GATEWRIGHT_HASHING_THREADS="7") == usual
    assert len({usual, fingerprint(GATEWRIGHT_JWT_SECRET=OTHER), fingerprint(GATEWRIGHT_SESSION_DAYS="1")}) == 3


def test_secrets_made_on_the_fly_are_no_secret_of_several(examine):
    """There is no file that they could all read."""
    code, found = examine(GATEWRIGHT_DATABASE_URL="postgresql+psycopg://shop@db.example/shop")

    assert code == 1
    assert "every process makes its own" in found["development secret", "unsafe"]
    assert "GATEWRIGHT_JWT_SECRET" in found["development secret", "unsafe"]


@pytest.mark.parametrize(
    ("mounts", "kind"),
    [
        ("/dev/sda1 / ext4 rw 0 0", None),
        ("/dev/sda1 / ext4 rw 0 0\nnas:/x {folder} nfs4 rw 0 0", "nfs4"),
        ("nas:/x / nfs rw 0 0\n/dev/sda1 {folder} ext4 rw 0 0", None),
        ("/dev/sda1 {folder} ext4 rw 0 0\n//nas/x {folder} cifs rw 0 0", "cifs"),
        ("nas:/x {folder}/beside nfs rw 0 0", None),
        ("nas:/x {folder}/a\\040place nfs rw 0 0", "nfs"),
        ("host:/x {folder} fuse.sshfs rw 0 0\nnonsense", "fuse.sshfs"),
        ("", None),
        (None, None),
    ],
)
def test_a_file_system_that_machines_share_is_known(folder, mounts, kind):
    """By what is mounted where."""
    listed = folder / "mounts"
    if mounts is not None:
        listed.write_text(mounts.format(folder=folder.resolve()))

    assert shared_file_system_of(folder / "a place" / "gatewright.db", listed) == kind


def test_a_database_on_a_network_file_system_is_unsafe(examine, monkeypatch):
    """Its locks do not reach other machines."""
    monkeypatch.setattr("gatewright.cli.checks.database.shared_file_system_of", lambda path: "nfs4")
    code, found = examine()

    assert code == 1
    assert "nfs4" in found["file system", "unsafe"]


def test_a_sqlite_file_with_tables_of_our_names_is_another_applications(examine, folder):
    """It would refuse to start."""
    with closing(sqlite3.connect(folder / "gatewright.db")) as connection:
        connection.execute("CREATE TABLE users (id)")
    code, found = examine()

    assert code == 1
    assert "another application: users" in found["revision", "unsafe"]


@pytest.fixture
def examine_as_a_role(examine, migrated_postgres_database):
    """Run statements as the owner of a PostgreSQL database, and the doctor as a role which has all rights but those."""
    name = migrated_postgres_database.rpartition("/")[2]

    def examine_as_a_role(*statements, options=()):
        with closing(psycopg.connect(migrated_postgres_database.replace("+psycopg", ""), autocommit=True)) as admin:
            admin.execute(f"CREATE ROLE guest_{name} LOGIN")
            for things in ("TABLES", "SEQUENCES"):
                admin.execute(f"GRANT ALL ON ALL {things} IN SCHEMA public TO guest_{name}")
            for statement in statements:
                admin.execute(statement.format(role=f"guest_{name}", database=name))
        url = migrated_postgres_database.replace("//tests@", f"//guest_{name}@")
        return examine(*options, GATEWRIGHT_DATABASE_URL=url, GATEWRIGHT_JWT_SECRET=STRONG)

    return examine_as_a_role


def test_a_role_that_only_uses_the_tables_is_enough(examine_as_a_role):
    code, found = examine_as_a_role()

    assert code == 0
    assert ("rights", "ok") in found


@pytest.mark.parametrize(
    ("statement", "check", "words"),
    [
        ("REVOKE INSERT, UPDATE ON audit FROM {role}", "rights", "INSERT on audit, UPDATE on audit"),
        ("REVOKE ALL ON SEQUENCE audit_id_seq FROM {role}", "rights", "ALL SEQUENCES"),
        ("ALTER ROLE {role} SET default_transaction_read_only = on", "rights", "target_session_attrs"),
        ("ALTER ROLE {role} CONNECTION LIMIT 4", "connections", "allows 4 in all"),
        ("ALTER DATABASE {database} CONNECTION LIMIT 5", "connections", "CONNECTION LIMIT of the role"),
        ("DROP TABLE wallets CASCADE", "rights", "missing: wallets"),
        ("UPDATE alembic_version SET version_num = '0009'", "rights", "as the owner"),
        ("UPDATE alembic_version SET version_num = 'ae1027a6acf2'", "revision", "another application"),
        ("DELETE FROM alembic_version", "revision", "another application"),
        ("ALTER ROLE {role} SET search_path = nosuch", "rights", "may not create the tables"),
        ("REVOKE SELECT ON alembic_version FROM {role}", "database", "ALL TABLES"),
    ],
)
def test_what_keeps_a_role_from_working_is_told(examine_as_a_role, statement, check, words):
    """Before the first visitor meets it: an application starts with some of these."""
    code, found = examine_as_a_role(statement)

    assert code == 1
    assert words in found[check, "unsafe"]


def test_a_copy_without_its_sequence_is_told(examine_as_a_role, migrated_postgres_database):
    """As an upgrade by logical replication makes one: the audit record counts anew, and nobody gets in."""
    with closing(EvrmoreAuth(migrated_postgres_database, settings=Settings(jwt_secret=STRONG))) as auth:
        auth.create_user("anna")
    code, found = examine_as_a_role("SELECT setval('audit_id_seq', 1, false)")

    assert code == 1
    assert "SELECT setval('audit_id_seq', (SELECT max(id) FROM audit))" in found["numbers", "unsafe"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [("REVOKE SELECT ON sessions FROM {role}", "denied for table sessions"), ("DROP TABLE wallets CASCADE", "wallets")],
)
def test_rows_that_cannot_be_read_are_not_taken_for_sound(examine_as_a_role, statement, words):
    """Nor does the count of those who have no second factor end the report."""
    code, found = examine_as_a_role(statement, options=("--deep",))

    assert code == 1
    assert words in found["rows", "unsafe"]
    assert ("rows", "ok") not in found


def test_who_has_no_second_factor_may_be_unknown(examine_as_a_role, monkeypatch):
    monkeypatch.setenv("GATEWRIGHT_SECOND_FACTOR", "required")
    _, found = examine_as_a_role("REVOKE SELECT ON users FROM {role}")

    assert "denied for table users" in found["second factor", "unsafe"]


def test_a_server_may_write_dates_as_it_likes(examine_as_a_role):
    code, found = examine_as_a_role("ALTER ROLE {role} SET datestyle = 'SQL, DMY'", options=("--deep",))

    assert code == 0
    assert ("clocks", "ok") in found
    assert ("rows", "ok") in found


@pytest.mark.parametrize("is_pooled", [False, True], ids=["directly", "through a pooler"])
def test_a_pooler_before_postgresql_is_told(examine, request, migrated_postgres_database, is_pooled):
    """It shares connections out; what cannot be set through it is to be set for the role."""
    url = migrated_postgres_database
    if is_pooled:
        url = f"{request.getfixturevalue('pgbouncer')}{url.rpartition('/')[2]}"
    _, found = examine(GATEWRIGHT_DATABASE_URL=url, GATEWRIGHT_DATABASE_POOL_SIZE="900")

    assert found["revision", "ok"]
    assert (("pooler", "warning") in found, ("connections", "ok") in found) == (is_pooled, is_pooled)
    if is_pooled:
        assert "ALTER ROLE its_name SET statement_timeout" in found["pooler", "warning"]
