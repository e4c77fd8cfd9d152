"""A process that is killed between any two statements leaves a whole database, and never half a sign-in."""

from __future__ import annotations

import os

import pytest

from gatewright.errors import ChallengeAlreadyUsedError
from gatewright.storage.sql import SQLiteDatabase, migrate

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def runs(folder):
    """Return the files that the runs left, in order, each with the statements that it reached."""
    files = sorted(folder.glob("*.db"), key=lambda file: int(file.stem))
    return [(file, file.with_suffix(".log").read_text().splitlines()) for file in files]


def test_a_killed_sign_in_is_whole_or_has_not_happened(tmp_path, auth, make_auth, run_child, query):
    """Killed before any statement, and after the last: unspent without user and session, or spent with one of each."""
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
        assert owners == users
        assert used == len(users)
        deaths.append((reached[-1].split()[0], used))

        again = make_auth(f"sqlite:///{file}")
        if used:
            with pytest.raises(ChallengeAlreadyUsedError):
                again.authenticate(address, challenge, again.sign_message(wif, challenge))
        else:
            assert again.authenticate(address, challenge, again.sign_message(wif, challenge)).is_active
        assert len(again.list_sessions()) == 1

    transaction = ["BEGIN", "SELECT", "UPDATE", "INSERT", "INSERT", "COMMIT", "post_auth"]
    assert [(word, int(word == "post_auth")) for word in transaction] == deaths[-7:]
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

    assert sum("CREATE TABLE" in statement for statement in survived) == 4
    for file, _ in killed:
        tables = query("SELECT count(*) FROM sqlite_master WHERE type = 'table'", file)
        assert tables in ([(0,)], [(4,)])
        next_start = make_auth(f"sqlite:///{file}")
        assert query("PRAGMA integrity_check", file) == [("ok",)]
        assert query(schema, tmp_path / "calm.db") == query(schema, file)
        assert next_start.authenticate(*signed(next_start)).is_active
