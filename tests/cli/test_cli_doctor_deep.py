"""``gatewright doctor --deep``: what nothing of ours writes is found in the rows, with its meaning and its cure."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from gatewright import EvrmoreAuth, Settings
from gatewright.drive import run_to_completion
from gatewright.ports import Owner
from gatewright.storage.sql.invariants import RULES
from gatewright.testing import Wallet
from gatewright.testing.store_conformance.authenticators import an_authenticator, enrol
from gatewright.testing.store_conformance.credentials import keep
from gatewright.testing.store_conformance.pending_steps import a_step, begin
from gatewright.testing.store_conformance.samples import digest_of
from mailboxes import Mailboxes

SECRET = "7Jw2u0XkqzvN4rT9sYbE1cGhL6mPdKfA3xRiVnQo"
PASSWORD = "correct horse battery staple"
MOMENT = "'2999-01-01T00:00:00.000000'"
"""Later than any clock."""

LDAP_USER = Owner("uid=dora", "LDAP")
LASTING = "'2099-01-01T00:00:00.000000'"


@pytest.fixture
def examine(invoke):
    """Run the command with ``--deep`` and return its exit code and what the checks of the rows found."""

    def examine():
        result = invoke("doctor", "--deep", "--json", GATEWRIGHT_JWT_SECRET=SECRET)
        rows = json.loads(result.stdout)["findings"]
        return result.exit_code, [row for row in rows if row["check"].partition(":")[0] in ("rows", "file")]

    return examine


@pytest.fixture(scope="module")
def database_of_everything(tmp_path_factory):
    """A database in which one of everything has happened, and anna's id."""
    path = tmp_path_factory.mktemp("everything") / "gatewright.db"
    settings = Settings(argon2_memory_kib=8, argon2_iterations=1, mail_delivery="command", jwt_secret=SECRET)
    with EvrmoreAuth(f"sqlite:///{path}", settings=settings, mailer=Mailboxes()) as auth:
        auth.create_role("staff")
        auth.create_role("admin", inherits=["staff"])
        auth.create_permission("post.edit")
        auth.grant_permission("post.*", role="staff")
        anna = auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True, roles=["admin"])
        auth.grant_permission("post.edit", username="anna")
        guard = auth.guard({})
        guard.login("anna", PASSWORD, "SQLUserProvider")
        guard.remember()
        auth.sign_up("ben@münchen.example", password=PASSWORD, profile={"city": "Berlin"})
        auth.request_password_reset("anna@example.com")
        auth.request_email_change(anna.id, email="anna@example.org")
        auth.deliver_mails()
        auth.request_email_verification("ben@münchen.example")
        wallet = Wallet.new("carol")
        challenge = auth.generate_challenge(wallet.address)
        auth.authenticate(wallet.address, challenge, wallet.sign(challenge))
        auth.generate_challenge(wallet.address)
        store, ours = auth._parts.store, {"user_id": anna.id, "provider": "SQLUserProvider"}
        enrol(store, run_to_completion, an_authenticator("1", **ours), owner=Owner(anna.id))
        enrol(store, run_to_completion, an_authenticator("2", LDAP_USER), owner=LDAP_USER)
        begin(store, run_to_completion, a_step("1", **ours), account_id=anna.id)
        begin(store, run_to_completion, a_step("2", user_id=None), browser="other")
        keep(store, run_to_completion, LDAP_USER, "old")
        for announced in ("new", "newer"):
            renewal = {"old": digest_of("old"), "new": digest_of(announced), "is_stored": False}
            run_to_completion(store.renew_credential(LDAP_USER, **renewal))
    return path, anna.id


@pytest.fixture
def populated(folder, database_of_everything):
    """That database, in the folder that the command runs in; anna's id."""
    path, anna = database_of_everything
    shutil.copyfile(path, folder / "gatewright.db")
    return anna


@pytest.fixture
def write(folder, populated):
    """Run statements on the database as a shell does that enforces no foreign keys."""

    def write(*statements):
        with closing(sqlite3.connect(folder / "gatewright.db")) as connection, connection:
            for statement in statements:
                connection.execute(statement, {"anna": populated} if ":anna" in statement else {})

    return write


def test_what_operations_leave_behind_breaks_no_rule(examine, populated):
    """One of everything, sessions, links, mails and rights: all is well."""
    code, found = examine()

    assert code == 0
    assert [(row["check"], row["status"]) for row in found] == [("file", "ok"), ("rows", "ok")]


def test_without_a_database_there_are_no_rows(examine, folder):
    """Nothing is made while looking."""
    code, found = examine()

    assert (code, found) == (0, [])
    assert list(folder.iterdir()) == []


def test_without_the_option_no_row_is_read(invoke, write):
    """The plain command is quick."""
    write("DELETE FROM users")

    assert "rows" not in invoke("doctor", GATEWRIGHT_JWT_SECRET=SECRET).stdout


FORGED = (
    "INSERT INTO sessions SELECT 'forged ' || id, user_id, evrmore_address, provider, created_at, expires_at,"
    " is_active, ip_address, user_agent, username, last_seen_at, is_fully_authenticated, account_id, NULL, proven_by"
    " FROM sessions"
)

BREACHES = [
    ("schema", "warning", "INSERT INTO alembic_version VALUES ('0000')"),
    ("wallets", "warning", "UPDATE wallets SET account_id = 'nobody'"),
    ("sessions", "warning", "UPDATE sessions SET account_id = 'nobody' WHERE provider = 'SQLUserProvider'"),
    ("remembered", "warning", "UPDATE remembered SET account_id = 'nobody'"),
    ("links", "warning", "UPDATE links SET account_id = 'nobody'"),
    ("authenticators", "warning", "UPDATE authenticators SET account_id = 'nobody' WHERE provider = 'LDAP'"),
    ("pending_steps", "warning", "UPDATE pending_steps SET account_id = 'nobody' WHERE provider IS NULL"),
    ("outbox", "warning", "UPDATE outbox SET account_id = 'nobody'"),
    ("profiles", "warning", "UPDATE profiles SET account_id = 'nobody'"),
    ("user_roles", "warning", "UPDATE user_roles SET account_id = 'nobody'"),
    ("user_roles", "warning", "UPDATE user_roles SET role = 'nothing'"),
    ("user_permissions", "warning", "UPDATE user_permissions SET account_id = 'nobody'"),
    ("role_permissions", "warning", "UPDATE role_permissions SET role = 'nothing'"),
    ("role_parents", "warning", "UPDATE role_parents SET role = 'nothing'"),
    ("role_parents", "warning", "UPDATE role_parents SET parent = 'nothing'"),
    ("undeclared user_permissions", "warning", "DELETE FROM permissions"),
    ("undeclared role_permissions", "warning", "UPDATE role_permissions SET permission = 'other.*'"),
    ("names", "unsafe", "UPDATE users SET username = 'anna@example.com' WHERE email LIKE 'ben@%'"),
    (
        "names",
        "warning",
        "INSERT INTO users VALUES ('x', NULL, NULL, 1, 1, '2020-01-01T00:00:00.000000', NULL, NULL, 0)",
    ),
    ("sessions", "warning", "UPDATE users SET is_active = 0 WHERE id = :anna"),
    ("remembered", "warning", "UPDATE users SET is_active = 0 WHERE id = :anna"),
    ("sessions", "unsafe", "UPDATE sessions SET account_id = NULL"),
    ("sessions", "unsafe", "UPDATE sessions SET account_id = :anna WHERE provider = 'WalletUserProvider'"),
    ("sessions", "unsafe", "DELETE FROM wallets"),
    ("sign-ins", "unsafe", FORGED),
    ("remembered", "unsafe", "UPDATE remembered SET account_id = NULL"),
    *((table, "unsafe", f"UPDATE {table} SET account_id = NULL") for table in ("authenticators", "pending_steps")),
    *((table, "warning", f"UPDATE {table} SET proven_by = 'password'") for table in ("sessions", "remembered")),
    ("links", "warning", "UPDATE links SET email = 'other@example.com' WHERE purpose = 'password_reset'"),
    ("links", "warning", "UPDATE links SET purpose = 'other' WHERE purpose = 'password_reset'"),
    ("links", "warning", "UPDATE links SET email = 'anna@example.com' WHERE purpose = 'email_change'"),
    ("outbox", "warning", "UPDATE outbox SET account_id = NULL"),
    ("sessions", "warning", "UPDATE sessions SET secret_digest = x'00' WHERE secret_digest IS NOT NULL"),
    ("remembered", "warning", "UPDATE remembered SET previous_digest = x'00'"),
    ("pending_steps", "warning", "UPDATE pending_steps SET digest = x'00' WHERE id = '1'"),
    ("links", "warning", "UPDATE links SET digest = x'00' WHERE purpose = 'password_reset'"),
    ("credentials", "warning", f"INSERT INTO credentials VALUES ('LDAP', 'x', x'00', NULL, {LASTING})"),
    ("credentials", "warning", f"INSERT INTO credentials VALUES ('LDAP', 'x', zeroblob(32), x'00', {LASTING})"),
    *(
        (table, status, f"UPDATE {table} SET expires_at = {moment}")
        for table in ("sessions", "remembered", "links", "challenges", "pending_steps")
        for moment, status in (("'2000-01-01T00:00:00.000000'", "warning"), (LASTING, "unsafe"))
    ),
    *(
        (table, "warning", f"UPDATE {table} SET created_at = {MOMENT}")
        for table in (
            *("users", "sessions", "remembered", "links", "challenges", "outbox", "authenticators", "pending_steps"),
        )
    ),
    ("wallets", "warning", f"UPDATE wallets SET linked_at = {MOMENT}"),
    ("audit", "warning", f"UPDATE audit SET at = {MOMENT}"),
    ("mailboxes", "warning", "UPDATE users SET email = 'ANNA@example.com' WHERE email LIKE 'ben@%'"),
    ("spellings", "warning", "UPDATE users SET email = 'Ben@example.com' WHERE email LIKE 'ben@%'"),
    ("spellings", "warning", "UPDATE users SET username = char(7) WHERE id = :anna"),
    ("hashes", "warning", "UPDATE users SET password_hash = '$y$j9T$' WHERE id = :anna"),
]


@pytest.mark.parametrize(("check", "status", "statement"), BREACHES, ids=lambda value: f"{value:.70}")
def test_what_breaks_a_rule_is_told(examine, write, check, status, statement):
    """Each has its meaning and its cure, and decides the exit code; whose rows they are is told by their ids."""
    write(statement)
    code, found = examine()
    told = [row for row in found if row["check"] == f"rows: {check}"]

    assert status in [row["status"] for row in told]
    assert all(row["finding"] and row["cure"] for row in told)
    assert code == ("unsafe" in [row["status"] for row in found])
    assert PASSWORD not in str(found)


def test_every_rule_is_tried_here():
    """A rule that nothing breaks proves nothing."""
    assert {rule.name for rule in RULES} <= {check for check, _, _ in BREACHES}
    assert len(BREACHES) >= len(RULES)


def test_a_damaged_file_is_told(examine, invoke, write, folder):
    """What SQLite itself finds is told first; and without the option, what cannot be read is told at least."""
    write("PRAGMA journal_mode = DELETE")
    file = folder / "gatewright.db"
    pages = bytearray(file.read_bytes())
    pages[4096 * 3 : 4096 * 5] = b"\xff" * 4096 * 2
    file.write_bytes(pages)
    code, found = examine()

    assert code == 1
    assert (found[0]["check"], found[0]["status"]) == ("file", "unsafe")
    assert "restore" in found[0]["cure"]
    assert "Restore it from a backup" in invoke("doctor", GATEWRIGHT_JWT_SECRET=SECRET).stdout
