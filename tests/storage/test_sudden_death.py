"""A process that is killed between any two statements leaves a whole database, and never half a sign-in."""

from __future__ import annotations

import json
import os

import pytest

from gatewright.errors import ChallengeAlreadyUsedError
from gatewright.storage.sql import SQLiteDatabase, migrate
from gatewright.storage.sql.tables import metadata

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def runs(folder):
    """Return the files that the runs left, in order, each with the statements that it reached."""
    files = sorted(folder.glob("*.db"), key=lambda file: int(file.stem))
    return [(file, file.with_suffix(".log").read_text().splitlines()) for file in files]


def sweep(deaths, transaction):
    """Whether there was a death before each statement of a transaction, with nothing done, and after it, with all."""
    words = [word for word, _ in deaths]
    begin = next(at for at in range(len(words)) if words[at : at + len(transaction)] == transaction)
    end = begin + len(transaction)
    return words[-1] == "post_auth" and [done for _, done in deaths] == [0] * end + [1] * (len(deaths) - end)


def test_a_killed_sign_in_is_whole_or_has_not_happened(tmp_path, auth, make_auth, run_child, query):
    """Killed before any statement, and after the last: unspent without a trace, or spent with one row of each kind."""
    address, wif = auth.create_wallet_address()
    (tmp_path / "runs").mkdir()
    run_child("killed", "sign_in", tmp_path / "runs", address, wif)
    *killed, survived = runs(tmp_path / "runs")
    deaths = []
    for file, reached in killed:
        assert query("PRAGMA integrity_check", file) == [("ok",)]
        assert query("PRAGMA foreign_key_check", file) == []
        ((challenge, used),) = query("SELECT challenge_text, used FROM challenges", file)
        users = [id_ for (id_,) in query("SELECT id FROM users", file)]
        owners = [id_ for (id_,) in query("SELECT user_id FROM sessions", file)]
        wallets = query("SELECT account_id, evrmore_address FROM wallets", file)
        audit = query("SELECT user_id, event FROM audit", file)
        assert owners == users
        assert used == len(users)
        assert wallets == [(id_, address) for id_ in users]
        assert audit == [(id_, "signed_in") for id_ in users]
        deaths.append((reached[-1].split()[0], used))

        again = make_auth(f"sqlite:///{file}")
        if used:
            with pytest.raises(ChallengeAlreadyUsedError):
                again.authenticate(address, challenge, again.sign_message(wif, challenge))
        else:
            assert again.authenticate(address, challenge, again.sign_message(wif, challenge)).is_active
        assert len(again.list_sessions()) == 1

    transaction = ["BEGIN", "SELECT", "UPDATE", *["INSERT"] * 4, "COMMIT"]
    assert sweep(deaths, transaction)
    assert survived[1][-1] == "post_auth"


def test_a_killed_visit_has_its_old_session_or_its_new_one(tmp_path, make_auth, run_child, query):
    """Killed before any statement, and after the last: one session is alive, and what is recorded is what happened."""
    (tmp_path / "runs").mkdir()
    run_child("killed", "visit", tmp_path / "runs", "", "")
    *killed, survived = runs(tmp_path / "runs")
    deaths = []
    for file, reached in killed:
        assert query("PRAGMA integrity_check", file) == [("ok",)]
        assert query("PRAGMA foreign_key_check", file) == []
        is_old_alive = (
            not make_auth(f"sqlite:///{file}").guard(json.loads(file.with_suffix(".cookie").read_text())).is_guest()
        )
        sessions = query("SELECT created_at, is_active FROM sessions ORDER BY created_at", file)
        ((last_login,),) = query("SELECT last_login FROM users", file)
        ((signed_in,),) = query("SELECT count(*) FROM audit WHERE event = 'signed_in'", file)
        assert [is_active for _, is_active in sessions] == ([1] if is_old_alive else [0, 1])
        assert last_login == sessions[-1][0]
        assert signed_in == len(sessions)
        deaths.append((reached[-1].split()[0], int(not is_old_alive)))

    assert sweep(deaths, ["BEGIN", "UPDATE", "UPDATE", "INSERT", "INSERT", "COMMIT"])
    assert survived[1][-1] == "post_auth"


def test_a_killed_migration_is_done_by_the_next_start(tmp_path, run_child, query, make_auth, signed):
    """Killed before any statement of the first start: the next start makes the very schema that a calm one makes."""
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    calm = SQLiteDatabase(f"sqlite:///{tmp_path / 'calm.db'}")
    migrate(calm)
    calm.close()
    (tmp_path / "runs").mkdir()
    run_child("killed", "migrate", tmp_path / "runs", "", "")
    *killed, (_, survived) = runs(tmp_path / "runs")

    count = len(metadata.tables) + 1
    made = [statement for statement in survived if "CREATE TABLE" in statement and "_alembic_tmp_" not in statement]
    assert len(made) == count
    for file, _ in killed:
        ((tables,),) = query(TABLES, file)
        assert tables in (0, count)
        next_start = make_auth(f"sqlite:///{file}")
        assert query("PRAGMA integrity_check", file) == [("ok",)]
        assert query(schema, tmp_path / "calm.db") == query(schema, file)
        assert next_start.authenticate(*signed(next_start)).is_active
