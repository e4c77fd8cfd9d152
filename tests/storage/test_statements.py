"""No statement's cost grows with the number of rows that it is not about."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import ExitStack, closing
from functools import cache, cached_property
from inspect import getmembers

import pytest

from gatewright.storage.sql import SQLiteDatabase
from gatewright.storage.sql.statements import Statements, statements_of

STATEMENTS = statements_of("sqlite")

NAMES = {name for name, _ in getmembers(Statements, lambda member: isinstance(member, cached_property))}
NAMES -= {name for name in NAMES if name.startswith("lock_")} | {"find_last_settled_audit"}  # never run on SQLite
INSERTS = {name for name in NAMES if getattr(STATEMENTS, name).startswith("INSERT")}
UNCONDITIONAL = {"count_queued_mails", "list_queued_mails", "list_permissions", "list_roles"}
GATHERED = {
    "rights_of": {"held", "granted", "anon_1"},
    "names_of_account": {"names"},
    "list_newest_audit": {"newest"},
    "list_newest_audit_of": {"newest"},
    "list_newest_audit_of_user": {"newest"},
}
LISTS_OF_ALL = {"list_sessions", *UNCONDITIONAL}
"""As long as what they list is."""

ADDRESS, CLIENT, USER, TEXT = "E7", "client 7", "user 7", "text 7"
ACCOUNT = {"account_id": "7"}
WALLET = {"evrmore_address": ADDRESS}
OWNER = {"user_id": "7", "provider": "provider"}
GUEST = OWNER | {"user_id": "guest 7"}
LIVING = {"now": "2025", "idle_since": "2024"}
ATTEMPT = {"action": "sign_in", "name": "name 7", "client": "client 7", "since": "2024", "until": "2026", "newer": 0}
AUDIT = {"after_id": 0, "up_to": 2**63 - 1, "since": None, "event": None, "at_most": 10}
LINK = ACCOUNT | {"purpose": "password_reset", "now": "2025"}
NAMED = ACCOUNT | {"name": "named 7", "since": "2024"}
RENAMED = ACCOUNT | {"name": USER, "new_name": "new"}
LOOKUPS = {
    "find_challenge": {"challenge_text": TEXT},
    "claim_challenge": {"challenge_id": "7", "now": "2025"},
    "count_challenges_of_address": WALLET | {"since": "2024", "until": "2026"},
    "count_challenges_of_client": {"client": CLIENT, "since": "2024", "until": "2026"},
    "delete_expired_challenges": {"now": "2027", "at_most": 10},
    "find_account": ACCOUNT,
    "find_credentials": {"name": USER},
    "find_account_by_wallet": WALLET,
    "list_accounts": {"after": "", "at_most": 10},
    "touch_account": ACCOUNT | {"now": "2025"},
    "change_account": ACCOUNT | {"is_active": False, "is_verified": None},
    "set_password_hash": ACCOUNT | {"new_hash": "new", "by_mail": 0},
    "is_password_by_mail": ACCOUNT,
    "renew_password_hash": ACCOUNT | {"old_hash": "hash", "new_hash": "new"},
    "list_wallets": ACCOUNT,
    "remove_wallet": ACCOUNT | WALLET,
    "find_session": {"digest": "digest 7"},
    "touch_session": {"session_id": "7", "now": "2025"},
    "is_session_alive": {"session_id": "7", "user_id": "7"},
    "find_account_of_session": {"session_id": "7", "user_id": "7"},
    "list_sessions_of_account": LIVING | OWNER,
    "list_sessions_of_user": LIVING | GUEST,
    "list_user_agents_of_account": ACCOUNT | {"but": "another"},
    "end_session": {"session_id": "7"},
    "end_visit": {"digest": "digest 7"},
    "end_sessions_of_account": OWNER | {"keep": ""},
    "end_sessions_of_user": GUEST | {"keep": ""},
    "end_sessions_of_wallet": ACCOUNT | WALLET,
    "delete_expired_sessions": {"now": "2027", "at_most": 10},
    "nth_attempt_of_client_on_name": ATTEMPT,
    "nth_attempt_of_client": ATTEMPT,
    "nth_attempt_on_name": ATTEMPT,
    "remove_attempt": {"attempt_id": "7"},
    "delete_expired_attempts": {"before": "2027", "at_most": 10},
    "find_remembered": {"series_id": "7", "now": "2025"},
    "rotate_remembered": {"series_id": "7", "now": "2025", "new_digest": "new"},
    "reissue_remembered": {"series_id": "7", "now": "2025", "new_digest": "new"},
    "remove_remembered": {"series_id": "7"},
    "remove_remembered_of_account": {"user_id": "7"},
    "remove_remembered_of_user": GUEST,
    "delete_expired_remembered": {"now": "2027", "at_most": 10},
    "end_remembered_sessions_of_account": {"user_id": "7"},
    "end_remembered_sessions_of_user": GUEST,
    "find_authenticator": {"method": "passkey", "key": "key 7"},
    "list_authenticators_of_account": OWNER,
    "list_authenticators_of_user": GUEST,
    "count_authenticators_of_account": OWNER | {"method": "passkey"},
    "count_authenticators_of_user": GUEST | {"method": "passkey"},
    "list_all_authenticators": {"after": "1", "at_most": 10},
    "replace_authenticator_data": {"authenticator_id": "7", "old": "{}", "new": "{}"},
    "use_authenticator": {"authenticator_id": "7", "counter": 1, "now": "2025", "data": None},
    "touch_authenticator": {"authenticator_id": "7", "now": "2025", "data": None},
    "spend_authenticator": {"authenticator_id": "7"},
    "rename_authenticator_of_account": OWNER | {"authenticator_id": "7", "name": "new"},
    "rename_authenticator_of_user": GUEST | {"authenticator_id": "guest 7", "name": "new"},
    "note_username": GUEST | {"username": "new"},
    "remove_authenticators_of_account": OWNER | {"method": None, "authenticator_id": "7", "until": None},
    "remove_authenticators_of_user": GUEST | {"method": "passkey", "authenticator_id": None, "until": "2025"},
    "find_pending_step": {"digest": "digest 7", "kind": "sign_in", "now": "2025"},
    "count_try": {"step_id": "7", "at_most": 5},
    "claim_pending_step": {"step_id": "7", "now": "2025"},
    "delete_pending_steps_of_account": ACCOUNT,
    "delete_expired_pending_steps": {"now": "2027", "at_most": 10},
    "find_credential": OWNER,
    "prolong_credential": OWNER | {"expires_at": "2027"},
    "renew_credential": OWNER | {"new": "new", "others": "digest"},
    "delete_expired_credentials": {"now": "2027", "at_most": 10},
    "delete_links": LINK,
    "find_link": LINK | {"digest": "digest 7"},
    "spend_link": LINK | {"link_id": "7"},
    "delete_expired_links": {"now": "2027", "at_most": 10},
    "claim_queued_mail": {"now": "2025", "busy_until": "2026", "too_late": "2027"},
    "remove_queued_mail": {"mail_id": "7"},
    "postpone_queued_mail": {"mail_id": "7", "due_at": "2026", "error": "error"},
    "find_profile": ACCOUNT,
    "rights_of": ACCOUNT,
    "has_permission": {"name": "branch7.leaf"},
    "revoke_from_account": ACCOUNT | {"permission": "branch7.*"},
    "revoke_from_role": {"role": "role 7", "permission": "branch7.leaf"},
    "unassign_role": ACCOUNT | {"role": "role 7"},
    "list_audit": AUDIT,
    "list_newest_audit": AUDIT,
    "list_newest_audit_of": AUDIT | {"username": USER, "folded": USER, "event": "signed_in"},
    "list_audit_of": AUDIT | {"username": USER, "folded": USER, "event": "signed_in"},
    "list_newest_audit_of_user": AUDIT | {"user_id": "7"},
    "list_audit_of_user": AUDIT | {"user_id": "7", "event": "signed_in"},
    "delete_audit": {"before": "2027", "at_most": 10},
    "change_username": ACCOUNT | {"username": "new"},
    "change_email": ACCOUNT | {"email": "new"},
    "rename_sessions": RENAMED,
    "rename_remembered": RENAMED,
    "rename_authenticators": RENAMED,
    "rename_pending_steps": RENAMED,
    "delete_links_of_account": ACCOUNT,
    "remove_mails": ACCOUNT | {"kind": "password_reset"},
    "delete_account": ACCOUNT,
    "delete_challenges_of_account": ACCOUNT,
    "delete_attempts_on": {"action": "sign_in", "name": "name 7"},
    "names_of_account": ACCOUNT,
    "forget_person_in_audit": ACCOUNT,
    "forget_name_in_audit": NAMED,
    "forget_actor_in_audit": NAMED | {"name": "actor 7"},
    "audit_of_account": ACCOUNT,
    "audit_of_name": NAMED,
    "has_password": ACCOUNT,
    "all_sessions_of_account": ACCOUNT,
    "all_remembered_of_account": ACCOUNT,
    "all_authenticators_of_account": ACCOUNT,
    "all_links_of_account": ACCOUNT,
    "all_mails_of_account": ACCOUNT,
    "own_roles_of_account": ACCOUNT,
    "own_permissions_of_account": ACCOUNT,
    "sole_roles_of_account": ACCOUNT,
}
ROWS = [
    "INSERT INTO users VALUES (:n, 'user ' || :n, 'mail ' || :n, 1, 1, '2025', NULL, 'hash', 0)",
    "INSERT INTO wallets VALUES ('E' || :n, :n, '2025')",
    "INSERT INTO challenges VALUES (:n, 'E' || :n, 'text ' || :n, '2025', '2026', 0, 'client ' || :n)",
    """INSERT INTO sessions VALUES (:n, :n, 'E' || :n, 'provider', '2025', '2026', 1, NULL, NULL, 'user ' || :n,
                                    '2025', 0, :n, 'digest ' || :n, '')""",
    """INSERT INTO sessions VALUES ('guest ' || :n, 'guest ' || :n, NULL, 'provider', '2025', '2026', 1, NULL, NULL,
                                    'guest ' || :n, '2025', 0, NULL, 'guest ' || :n, '')""",
    "INSERT INTO attempts VALUES (:n, 'sign_in', 'name ' || :n, 'client ' || :n, '2025')",
    "INSERT INTO remembered VALUES (:n, :n, 'user ' || :n, 'provider', '2025', '2026', '2025', :n, 'digest', NULL, '')",
    """INSERT INTO remembered VALUES ('guest ' || :n, 'guest ' || :n, 'guest ' || :n, 'provider', '2025', '2026',
                                      '2025', NULL, 'digest', NULL, '')""",
    """INSERT INTO authenticators VALUES (:n, 'passkey', :n, 'user ' || :n, 'provider', 'key ' || :n, 'name', '{}', 0,
                                          '2025', NULL, :n)""",
    """INSERT INTO authenticators VALUES ('guest ' || :n, 'passkey', 'guest ' || :n, 'guest ' || :n, 'provider',
                                          'guest ' || :n, 'name', '{}', 0, '2025', NULL, NULL)""",
    """INSERT INTO pending_steps VALUES (:n, 'sign_in', :n, 'user ' || :n, 'provider', '{}', '2025', '2026', 0, :n,
                                         'digest ' || :n)""",
    "INSERT INTO credentials VALUES ('provider', :n, 'digest', NULL, '2026')",
    """INSERT INTO links VALUES (:n, 'password_reset', :n, 'mail ' || :n, '2025', '2026', 'digest ' || :n, NULL)""",
    """INSERT INTO outbox VALUES (:n, 'password_reset', :n, 'mail ' || :n, 'en', 'https://example.com', '2025', '2025',
                                   0, NULL, NULL, '')""",
    "INSERT INTO profiles VALUES (:n, '{}')",
    "INSERT INTO roles VALUES ('parent of ' || :n)",
    "INSERT INTO roles VALUES ('role ' || :n)",
    "INSERT INTO role_parents VALUES ('role ' || :n, 'parent of ' || :n)",
    "INSERT INTO user_roles VALUES (:n, 'role ' || :n)",
    "INSERT INTO permissions VALUES ('branch' || :n || '.leaf')",
    "INSERT INTO user_permissions VALUES (:n, 'branch' || :n || '.*')",
    "INSERT INTO role_permissions VALUES ('role ' || :n, 'branch' || :n || '.leaf')",
    "INSERT INTO audit VALUES (:n + 1, '2025', 'signed_in', :n, 'user ' || :n, 'provider', NULL, NULL, NULL, NULL)",
    """INSERT INTO audit VALUES (:n + 1000001, '2025', 'user_created', NULL, 'named ' || :n, NULL, NULL, NULL, NULL,
                                 'actor ' || :n)""",
]
"""One row of each table; two of sessions, remembered browsers and authenticators: an account's and another provider's
user's; two of the audit record: about an account, and about a name alone."""


@pytest.fixture(scope="module")
def filled_file(migrated_file, tmp_path_factory):
    """Return a file with so many users, each with everything that a user can have; each is made once."""
    folder = tmp_path_factory.mktemp("filled")

    @cache
    def filled_file(rows):
        path = folder / f"{rows}.db"
        shutil.copyfile(migrated_file, path)
        with closing(sqlite3.connect(path)) as connection, connection:
            for sql in ROWS:
                connection.executemany(sql, [{"n": number} for number in range(rows)])
        return path

    return filled_file


@pytest.fixture
def open_database(filled_file):
    """Open the database with so many users: ours, in a transaction that is undone when the test is over."""
    with ExitStack() as opened:

        def open_database(rows=0):
            database = opened.enter_context(closing(SQLiteDatabase(f"sqlite:///{filled_file(rows)}")))
            connection = opened.enter_context(database.connection())
            connection.execute("BEGIN")
            opened.callback(connection.rollback)
            return connection

        yield open_database


def steps_of(connection, sql, parameters):
    """Return how many instructions SQLite's virtual machine runs for a statement: work, not time."""
    steps = []
    connection.set_progress_handler(lambda: steps.append(1), 1)
    connection.execute(sql, parameters).fetchall()
    connection.set_progress_handler(None, 0)
    return len(steps)


@pytest.mark.parametrize("name", sorted(NAMES - INSERTS - UNCONDITIONAL))
def test_every_statement_uses_an_index(open_database, name):
    """SQLite's plan searches by an index throughout, and scans nothing but what the statement has just gathered."""
    sql = getattr(STATEMENTS, name)
    parameters = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
    plan = [detail for *_, detail in open_database().execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
    scanned = {detail.split()[1] for detail in plan if detail.startswith("SCAN")}

    assert any(re.match("SEARCH .* USING .*(INDEX|PRIMARY KEY)", detail) for detail in plan)
    assert scanned == GATHERED.get(name, set())


def test_no_statement_is_forgotten():
    """Each statement is measured below, except inserts and lists of everything."""
    assert {*LOOKUPS, *INSERTS, *LISTS_OF_ALL} == NAMES


def test_every_lookup_finds_something(open_database):
    """Nothing is cheap below because it looks for what is not there."""
    found, connection = {}, open_database(20)
    for name, parameters in LOOKUPS.items():
        connection.execute("SAVEPOINT before")
        cursor = connection.execute(getattr(STATEMENTS, name), parameters)
        found[name] = len(cursor.fetchall()) or cursor.rowcount
        connection.execute("ROLLBACK TO before")

    assert [name for name, count in found.items() if count < 1] == []


@pytest.mark.parametrize("name", LOOKUPS)
def test_the_work_does_not_grow_with_the_rows(open_database, name):
    """Among 5 000 users a statement runs exactly as many instructions as among 20.

    A deletion may run one more for a row, where it empties a page of the file.
    """
    sql = getattr(STATEMENTS, name)
    few, many = (steps_of(open_database(rows), sql, LOOKUPS[name]) for rows in (20, 5_000))
    deleted = 10 if name.startswith("delete_") else 0

    assert 0 < few <= many <= few + deleted
