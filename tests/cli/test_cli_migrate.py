"""``gatewright migrate``."""

from __future__ import annotations

import json

from gatewright.storage.sql.migrate import HEAD


def test_a_database_is_created_once(invoke, folder):
    """The first run makes it, the second finds nothing to do; no secret is made on the way."""
    first, second = invoke("migrate"), invoke("migrate")
    place = folder / "gatewright.db"

    assert f"{place}: migrated from nothing to revision {HEAD}.\n" == first.stdout
    assert f"{place}: already at revision {HEAD}.\n" == second.stdout
    assert [place] == list(folder.iterdir())


def test_the_revision_for_programs(invoke, folder):
    """The document tells the revision before and after."""
    documents = [json.loads(invoke("migrate", "--json").stdout) for _ in range(2)]

    place = str(folder / "gatewright.db")
    assert [
        {"database": place, "revision_before": None, "revision": HEAD},
        {"database": place, "revision_before": HEAD, "revision": HEAD},
    ] == documents


def test_a_database_of_a_newer_release_is_refused(invoke, database, sql):
    """It is left alone, and the error says what to install."""
    sql("UPDATE alembic_version SET version_num = '9999'")
    result = invoke("migrate")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "pip install -U gatewright" in result.stderr
    assert sql("SELECT version_num FROM alembic_version") == [("9999",)]


def test_what_is_no_database_is_unavailable(invoke, folder):
    """A file of something else is not touched."""
    (folder / "gatewright.db").write_bytes(b"a letter to my mother, and much of it" * 100)
    result = invoke("migrate", "--json")

    assert result.exit_code == 3
    assert json.loads(result.stderr)["error"]["code"] == "store_unavailable"
    assert (folder / "gatewright.db").read_bytes().startswith(b"a letter")


def test_a_folder_that_is_not_there_is_a_configuration_error(invoke):
    """The error says how to make it."""
    result = invoke("migrate", GATEWRIGHT_DATABASE_URL="sqlite:///nowhere/gatewright.db")

    assert result.exit_code == 3
    assert "mkdir -p" in result.stderr
