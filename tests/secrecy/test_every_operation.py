"""Nothing that people must keep to themselves is seen anywhere, whatever they do, on every store and in both builds.

That logs, errors and SQLite files hold none is a check of every test; see `canaries`. Here all operations come
together, and so does what that check cannot see.
"""

from __future__ import annotations

import gc
import sqlite3
import traceback
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pytest
import redis
from opentelemetry.trace import get_tracer
from prometheus_client import REGISTRY, Gauge, generate_latest

from canaries import CANARIES, LOG, ROWS
from whole_life import PASSWORD, live

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
    if settings.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                values += [value for row in connection.execute(f"SELECT * FROM {table}") for value in row]
    else:
        with psycopg.connect(settings.database_url.replace("+psycopg", "")) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            for (table,) in tables:
                values += [value for row in connection.execute(f"SELECT * FROM {table}") for value in row]
    if settings.redis_url is not None:
        with redis.Redis.from_url(settings.redis_url.get_secret_value()) as server:
            values += values_in(server)
    return "\n".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values)


def values_in(server):
    """Return every key and value of Redis as it was given: what it dumps is compressed, piece by piece."""
    readers = {
        b"string": lambda key: [server.get(key)],
        b"hash": lambda key: [value for pair in server.hgetall(key).items() for value in pair],
        b"zset": lambda key: server.zrange(key, 0, -1),
        b"set": server.smembers,
        b"list": lambda key: server.lrange(key, 0, -1),
    }
    for key in server.scan_iter():
        yield from (key, *readers[server.type(key)](key))


def look_everywhere(life, settings, spans):
    """Take note of rows, keys of Redis, metrics, spans, and what any object of ours looks like."""
    stored, metrics, ended = contents_of(settings), generate_latest().decode(), spans()
    objects = [each for each in gc.get_objects() if str(type(each).__module__).startswith("gatewright.")]
    shown = [f"{each!r} {each}" for each in (*objects, *life.records, *life.errors)]
    shown += ["".join(traceback.format_exception(error)) for error in life.errors]
    CANARIES.seen(ROWS, stored)
    CANARIES.seen(LOG, "\n".join([metrics, *(span.to_json() for span in ended), *shown]))
    return stored, metrics, {span.name for span in ended}, objects


def test_nothing_is_stored_counted_traced_or_shown_that_opens_anything(life, gatewright_settings, spans, tmp_path):
    """Rows, keys of Redis, metrics, spans, output, and what any object of ours looks like in a debugger or a log."""
    live(life)
    assert CANARIES.kinds() >= KINDS
    assert CANARIES.leaks() == []

    beside = {path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()}
    assert beside <= {"gatewright.db"}  # no file for a secret, while one is configured
    stored, metrics, names, objects = look_everywhere(life, gatewright_settings, spans)
    assert "carol@example.com" in stored
    assert 'gatewright_operations_total{operation="authenticate"' in metrics
    assert "gatewright authenticate" in names
    assert len(objects) > 100
    assert CANARIES.leaks() == []


@dataclass
class _Talkative:
    """An object of ours that shows what it should not."""

    secret: str


_Talkative.__module__ = "gatewright.planted"


@pytest.mark.every_store
@pytest.mark.shows_secrets
def test_a_leak_in_any_of_these_is_found(life, gatewright_settings, spans):
    """Planted in each: a row, each kind of value in Redis, a metric, a span, an object, an error."""
    planted = {place: f"planted: {place}" for place in ("row", "metric", "span", "attribute", "object", "error")}
    life.auth.sign_up("zoe@example.com", password=PASSWORD, profile={"city": planted["row"]})
    gauge = Gauge("planted", "A leak.", ["secret"])
    gauge.labels(planted["metric"]).inc()
    with get_tracer("gatewright").start_as_current_span(planted["span"]) as span:
        span.set_attribute("secret", planted["attribute"])
    kept = _Talkative(planted["object"])
    life.errors.append(ValueError(planted["error"]))
    if gatewright_settings.redis_url is not None:
        planted |= {kind: f"planted: {kind} {'in Redis ' * 9}" for kind in ("key", "string", "hash", "zset", "set")}
        with redis.Redis.from_url(gatewright_settings.redis_url.get_secret_value()) as server:
            server.set(planted["key"], planted["string"])
            server.hset("planted:hash", "secret", planted["hash"])
            server.zadd("planted:zset", {planted["zset"]: 1})
            server.sadd("planted:set", planted["set"])
    for secret in planted.values():
        CANARIES.born(secret, secret)  # a kind of its own
    look_everywhere(life, gatewright_settings, spans)
    REGISTRY.unregister(gauge)

    assert kept.secret == planted["object"]
    assert {kind for place, kind, _ in CANARIES.leaks() if place in (LOG, ROWS)} == {*planted.values()}


def test_hooks_that_fail_with_all_they_have_log_no_secret(life, caplog):
    """Whatever stands in their exceptions, causes and notes."""
    for point in life.auth.hooks:
        point(failing)
    live(life)

    assert caplog.text.count("failed; the operation continues") > 20
