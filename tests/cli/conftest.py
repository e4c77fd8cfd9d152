"""The command in two ways: in this process, which is quick, and as a process of its own, where that is the point."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner
from typer.main import get_command

from gatewright import EvrmoreAuth
from gatewright.cli.app import app

COMMAND = get_command(app)
"""Made once: what Typer does for it takes longer than most tests."""

SECONDS = 60
"""No command of these tests takes longer, on however busy a machine."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder that the command runs in; empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def invoke(logging_as_it_was):
    """Run the command in this process. What it does not catch itself fails the test."""

    def invoke(*arguments, stdin=None, **env):
        result = CliRunner().invoke(COMMAND, arguments, input=stdin, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def told(invoke):
    """Run the doctor, and return the status and the finding of one check."""

    def told(check, **env):
        rows = json.loads(invoke("doctor", "--json", **env).stdout)["findings"]
        return next(((row["status"], row["finding"]) for row in rows if row["check"] == check), None)

    return told


@pytest.fixture
def clean_environment():
    """What a process needs to run at all, and no settings."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}


@pytest.fixture
def store_environment(gatewright_settings):
    """The store of the test and the secret that one for several machines needs, as a command's environment."""
    named = {
        "GATEWRIGHT_DATABASE_URL": gatewright_settings.database_url,
        "GATEWRIGHT_JWT_SECRET": gatewright_settings.jwt_secret.get_secret_value(),
    }
    if gatewright_settings.redis_url is not None:
        named["GATEWRIGHT_REDIS_URL"] = gatewright_settings.redis_url.get_secret_value()
    return named


@pytest.fixture
def start(folder, clean_environment):
    """Start the command as a process without a terminal; killed at the end of the test if it still runs."""
    # Whoever was started in the background ignores Ctrl-C, and would have the command ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = []

    def start(*arguments, env=None, **options):
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(
            [sys.executable, "-m", "gatewright", *arguments],
            cwd=folder,
            env=clean_environment | (env or {}),
            start_new_session=True,
            **pipes | options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def run(start):
    """Run the command as a process and return its exit code, stdout and stderr, as bytes."""

    def run(*arguments, stdin=b"", **options):
        process = start(*arguments, **options)
        stdout, stderr = process.communicate(stdin, timeout=SECONDS)
        return process.returncode, stdout, stderr

    return run


@pytest.fixture
def database(folder, migrated_file):
    """The database that the command finds in its folder, migrated; closed at the end."""
    shutil.copyfile(migrated_file, folder / "gatewright.db")
    with EvrmoreAuth("sqlite:///gatewright.db") as auth:
        yield auth


@pytest.fixture
def add_rows(folder):
    """Insert rows into a table of the database, given the values of its columns in order."""

    def add_rows(table, rows):
        places = ", ".join("?" * len(rows[0]))
        with closing(sqlite3.connect(folder / "gatewright.db")) as connection, connection:
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)

    return add_rows
