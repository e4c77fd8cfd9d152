"""The schema: migrations make what the tables say, and a start that finds nothing to do costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from gatewright import EvrmoreAuth
from gatewright.errors import ConfigurationError
from gatewright.storage.sql import SQLiteDatabase, migrate
from gatewright.storage.sql.migrate import HEAD
from gatewright.storage.sql.tables import metadata


@pytest.fixture
def database(url):
    database = SQLiteDatabase(url)
    yield database
    database.close()


def test_head_is_the_newest_revision():
    """The revision that a start looks for is the only head of the migrations."""
    config = Config()
    config.set_main_option("script_location", "gatewright.storage.sql:migrations")

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_make_the_tables(database, url):
    """Alembic finds no difference between a migrated database and the tables that the statements are built from."""
    migrate(database)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_migrating_again_changes_nothing(database, query):
    """A second run finds nothing to do."""
    assert database.revision() is None
    migrate(database)
    schema = query("SELECT sql FROM sqlite_master")
    migrate(database)

    assert database.revision() == HEAD
    assert schema == query("SELECT sql FROM sqlite_master")


def test_migrations_go_back_to_nothing(database, query):
    """Every migration can be undone; in the end there is no table of ours."""
    from alembic import command

    migrate(database)
    config = Config()
    config.set_main_option("script_location", "gatewright.storage.sql:migrations")
    database.close()
    engine = create_engine(f"sqlite:///{database.path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    engine.dispose()

    ours = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    assert query(ours) == [("alembic_version",)]


def test_a_newer_database_is_refused_with_the_cure(auth, url, database, query):
    """A revision that this release does not know means that a newer one made the file; it is left as it is."""
    with database.exclusive_connection() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="pip install -U gatewright"):
        EvrmoreAuth(url)

    assert query("SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_start_on_a_current_database_imports_nothing_that_it_does_not_need(auth, url):
    """Only who migrates, signs by a PEM file, shows a page, hashes or verifies a signature pays for what does it."""
    late = ("alembic", "sqlalchemy", "joserfc", "cryptography", "jinja2", "babel", "argon2", "bcrypt", "coincurve")
    start = f"import sys, gatewright; auth = gatewright.EvrmoreAuth({url!r}, jwt_secret='x1y2' * 20)"
    site = "from gatewright.web import Site; Site(auth)"
    code = f"{start}; {site}; print([name for name in {late} if name in sys.modules])"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert child.stdout == "[]\n"


def test_a_new_database_has_no_accounts(database, query):
    """Nobody can sign in to what was just made: no account, no role, no permission, no session."""
    migrate(database)
    tables = [name for (name,) in query("SELECT name FROM sqlite_master WHERE type = 'table'")]
    filled = [name for name in tables if query(f'SELECT count(*) FROM "{name}"') != [(0,)]]
    assert "users" in tables
    assert [name for name in filled if name != "alembic_version"] == []
