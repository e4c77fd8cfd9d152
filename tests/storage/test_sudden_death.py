"""A migration that is killed between any two statements leaves a whole database."""

from __future__ import annotations

import os

import pytest

from gatewright.storage.sql import SQLiteDatabase, migrate
from gatewright.storage.sql.tables import metadata

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="does not apply: needs fork and SIGKILL"),
]

TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def runs(folder):
    """Return the files that the runs left, in order, each with the statements that it reached."""
    files = sorted(folder.glob("*.db"), key=lambda file: int(file.stem))
    return [(file, file.with_suffix(".log").read_text().splitlines()) for file in files]


def test_a_killed_migration_is_done_by_the_next_start(tmp_path, run_child, query, make_auth, signed):
    """Killed before any statement of the first start: the next start makes the very schema that a calm one makes."""
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    calm = SQLiteDatabase(f"sqlite:///{tmp_path / 'calm.db'}")
    migrate(calm)
    calm.close()
    (tmp_path / "runs").mkdir()
    run_child("killed", tmp_path / "runs")
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
