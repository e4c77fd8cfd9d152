"""Nothing that people must keep to themselves is seen anywhere, whatever they do, on every store and in both builds.

That logs, errors and SQLite files hold none is a check of every test; see `canaries`. Here all operations come
together, and so does what that check cannot see.
"""

from __future__ import annotations

import gc
import sqlite3
import traceback
from contextlib import closing

import psycopg
import redis
from prometheus_client import generate_latest

from canaries import CANARIES, LOG, OUTPUT, ROWS
from whole_life import live

KINDS = {
    "app code",
    "authenticator key",
    "challenge",
    "hash",
    "link",
    "mailed code",
    "passkey challenge",
    "password",
    "pending step",
    "recovery code",
    "remember cookie",
    "secret",
    "setting",
    "signature",
    "token",
    "wallet key",
}


def failing(**parameters):
    """A hook that puts all it has into its exception."""
    try:
        raise KeyError([parameters])
    except KeyError as error:
        failure = ValueError(" ".join(str(value) for value in parameters.values()))
        failure.add_note(repr(parameters))
        for value in parameters.values():
            failure.add_note(getattr(value, "token", None) or getattr(value, "challenge_text", None) or "")
        raise failure from error


def contents_of(settings):
    """Return every value of every row that an application has stored, as text."""
    values = []
    if settings.redis_url is None:
        with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                values += [value for row in connection.execute(f"SELECT * FROM {table}") for value in row]
    else:
        with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                values += [value for row in connection.execute(f"SELECT * FROM {table}") for value in row]
        with redis.Redis.from_url(settings.redis_url.get_secret_value()) as server:
            for key in server.scan_iter():
                values += [key, server.dump(key)]
    return "\n".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values)


def test_nothing_is_stored_counted_traced_or_shown_that_opens_anything(
    life, gatewright_settings, spans, capfd, tmp_path
):
    """Rows, keys of Redis, metrics, spans, output, and what any object of ours looks like in a debugger or a log."""
    live(life)
    CANARIES.seen(OUTPUT, "".join(capfd.readouterr()))
    assert CANARIES.kinds() >= KINDS
    assert CANARIES.leaks() == []

    beside = {path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()}
    assert beside <= {"gatewright.db"}  # no file for a secret, while one is configured
    stored = contents_of(gatewright_settings)
    assert "carol@example.com" in stored
    CANARIES.seen(ROWS, stored)
    metrics = generate_latest().decode()
    assert 'gatewright_operations_total{operation="authenticate"' in metrics
    assert "gatewright authenticate" in {span.name for span in spans()}
    objects = [each for each in gc.get_objects() if str(type(each).__module__).startswith("gatewright.")]
    assert len(objects) > 100
    shown = [f"{each!r} {each}" for each in (*objects, *life.records, *life.errors)]
    shown += ["".join(traceback.format_exception(error)) for error in life.errors]
    CANARIES.seen(LOG, "\n".join([metrics, *(span.to_json() for span in spans()), *shown]))
    assert CANARIES.leaks() == []


def test_hooks_that_fail_with_all_they_have_log_no_secret(life, caplog):
    """Whatever stands in their exceptions, causes and notes."""
    for point in life.auth.hooks:
        point(failing)
    live(life)

    assert caplog.text.count("failed; the operation goes on") > 20
