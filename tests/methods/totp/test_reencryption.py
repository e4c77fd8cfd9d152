"""After a rotation the secrets of apps are encrypted by the new key, so that the old one can go."""

from __future__ import annotations

import pytest

from authenticator_apps import enrol_app
from gatewright.errors import SecondFactorRequiredError
from visitors import OURS, PASSWORD, Visitor

OLD, NEW = "the old secret of the tests, long enough", "the new secret of the tests, long enough"


@pytest.fixture
def with_keys(make_auth, gatewright_settings):
    """Make the application with these keys, on the same database."""
    return lambda **keys: make_auth(settings=gatewright_settings.with_values(**keys))


@pytest.fixture
def old(with_keys, register):
    """The application before the rotation; carol has an account."""
    old = with_keys(jwt_secret=OLD)
    register(old)
    return old


@pytest.fixture
def visitor(old):
    """Carol, who is signed in there."""
    visitor = Visitor(old)
    visitor.request().login("carol", PASSWORD, OURS)
    return visitor


@pytest.fixture
def app(visitor, clock):
    """Carol's app, whose secret the old key has encrypted."""
    return enrol_app(visitor.request(), clock)


def signs_in(auth, app, clock):
    """Say whether the app's user can still sign in."""
    clock.advance(minutes=1)
    visitor = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("carol", PASSWORD, OURS)
    return visitor.request().prove("totp", {"code": app.code(clock.now())}).username == "carol"


def test_the_old_key_can_go(with_keys, old, visitor, app, register, clock, sql):
    """Of all users. Nobody has to sign in for it. Doing it again changes nothing, and recovery codes are left alone."""
    visitor.request().enrol("recovery_codes")
    register(old, "dave")
    other = Visitor(old)
    other.request().login("dave", PASSWORD, OURS)
    enrol_app(other.request(), clock)
    sql("UPDATE authenticators SET data = json_insert(data, '$.more', 7) WHERE method = 'totp'")
    used = sql("SELECT id, counter, last_used_at FROM authenticators ORDER BY id")

    both = with_keys(jwt_secret=NEW, jwt_secret_previous=OLD)
    counts = [both.reencrypt_secrets() for _ in range(2)]
    assert [(each.renewed, each.current, each.unreadable) for each in counts] == [(2, 0, 0), (0, 2, 0)]
    assert sql("SELECT id, counter, last_used_at FROM authenticators ORDER BY id") == used
    assert sql("SELECT json_extract(data, '$.more') FROM authenticators WHERE method = 'totp'") == [(7,)] * 2
    assert signs_in(with_keys(jwt_secret=NEW), app, clock)


def test_what_is_used_at_that_moment_is_left_to_whoever_uses_it(with_keys, app, clock, sql):
    """Who encrypts it by the current key as well."""
    sql("CREATE TRIGGER used BEFORE UPDATE ON authenticators BEGIN SELECT RAISE(IGNORE); END")
    counts = with_keys(jwt_secret=NEW, jwt_secret_previous=OLD).reencrypt_secrets()
    assert (counts.renewed, counts.current, counts.unreadable) == (0, 1, 0)


def test_what_no_key_decrypts_stays(with_keys, old, app, clock, sql):
    """And is good again once the key is back."""
    kept = sql("SELECT data FROM authenticators")

    assert with_keys(jwt_secret=NEW).reencrypt_secrets().unreadable == 1
    assert sql("SELECT data FROM authenticators") == kept
    assert signs_in(old, app, clock)
