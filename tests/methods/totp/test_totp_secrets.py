"""The secret of an app is encrypted in the database, by a key of the settings that rotates."""

from __future__ import annotations

import logging
from base64 import b32decode, b64encode, urlsafe_b64encode
from contextlib import suppress

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from authenticator_apps import enrol_app
from gatewright.errors import AuthenticationError, InvalidProofError
from gatewright.testing.seeded_random import SeededRandom
from visitors import OURS, PASSWORD, Visitor

OLD, NEW, NEWEST = (SeededRandom(name).token_bytes(32).hex() for name in ("old", "new", "newest"))


@pytest.fixture
def start(make_auth, gatewright_settings):
    """Start the application with keys."""

    def start(**keys):
        return make_auth(settings=gatewright_settings.with_values(**({"jwt_secret": None} | keys)))

    return start


@pytest.fixture
def enrolled(start, register, clock):
    """Enrol carol's app in an application, and return the app."""

    def enrolled(auth):
        register(auth)
        visitor = Visitor(auth)
        visitor.request().login("carol", PASSWORD, OURS)
        app = enrol_app(visitor.request(), clock)
        clock.advance(minutes=1)
        return app

    return enrolled


@pytest.fixture
def signs_in(begin_sign_in, clock):
    """Whether carol gets in with a code of the app."""

    def signs_in(auth, app):
        clock.advance(minutes=1)
        visitor = begin_sign_in(auth)
        with suppress(InvalidProofError):
            visitor.request().prove("totp", {"code": app.code(clock.now())})
        return not visitor.request().is_guest()

    return signs_in


@pytest.fixture
def stored(sql):
    """Everything that the database holds of authenticators and pending steps."""
    return lambda: repr([sql("SELECT * FROM authenticators"), sql("SELECT * FROM pending_steps")])


def test_the_database_does_not_hold_the_secret(signed_in, clock, stored):
    """Neither while it waits to be confirmed nor afterwards, in whatever way it may be written."""
    guard = signed_in.request()
    text = guard.begin_enrolment("totp")["secret"].replace(" ", "")
    raw = b32decode(text)
    forms = (text, repr(raw)[2:-1], raw.hex(), b64encode(raw).decode(), urlsafe_b64encode(raw).decode())
    assert "encrypted" in stored()
    assert not any(form in stored() for form in forms)
    enrol_app(signed_in.request(), clock)
    assert not any(form in stored() for form in forms)


def test_a_secret_moves_to_the_new_key_when_it_is_used(start, enrolled, signs_in, stored):
    """After that the old key may go."""
    app = enrolled(start(jwt_secret=OLD))
    before = stored()
    assert signs_in(start(jwt_secret=NEW, jwt_secret_previous=OLD), app)
    assert stored() != before
    assert signs_in(start(jwt_secret=NEW), app)
    assert signs_in(start(jwt_secret=NEWEST, jwt_secret_previous=NEW), app)
    assert not signs_in(start(jwt_secret=OLD), app)


def test_a_secret_of_the_first_key_is_left_alone(start, enrolled, signs_in, sql):
    """Only the counter changes."""
    auth = start(jwt_secret=OLD)
    app = enrolled(auth)
    before = sql("SELECT data FROM authenticators")
    assert signs_in(auth, app)
    assert sql("SELECT data FROM authenticators") == before


def test_an_enrolment_may_begin_before_a_rotation(start, register, clock, signs_in):
    """And end after it."""
    old, new = start(jwt_secret=OLD), start(jwt_secret=NEW, jwt_secret_previous=OLD)
    register(old)
    visitor = Visitor(old)
    visitor.request().login("carol", PASSWORD, OURS)
    visitor.request().begin_enrolment("totp")
    visitor.auth = new
    app = enrol_app(visitor.request(), clock)
    assert signs_in(start(jwt_secret=NEW), app)


@pytest.mark.parametrize("kind", ["ed25519", "p256", "rsa"])
def test_a_key_file_encrypts_as_well(start, enrolled, signs_in, kind, key_files):
    """A secret gives way to a key pair; once the previous key is only a public half, it decrypts nothing."""
    private, public, next_key = key_files(kind)
    app = enrolled(start(jwt_secret=OLD))
    assert signs_in(start(jwt_key_file=private, jwt_secret_previous=OLD), app)
    assert signs_in(start(jwt_key_file=private), app)
    assert not signs_in(start(jwt_key_file=next_key, jwt_key_file_previous=public), app)
    assert signs_in(start(jwt_key_file=next_key, jwt_key_file_previous=private), app)
    assert signs_in(start(jwt_key_file=next_key, jwt_key_file_previous=public), app)


@pytest.fixture
def key_files(tmp_path):
    """Write a private key, its public half and another private key as PEM files."""
    make = {
        "ed25519": lambda: OKPKey.generate_key("Ed25519"),
        "p256": lambda: ECKey.generate_key("P-256"),
        "rsa": lambda: RSAKey.generate_key(2048),
    }

    def write(name, key, *, private):
        path = tmp_path / name
        path.touch(mode=0o600)
        path.write_bytes(key.as_pem(private=private))
        return path

    def key_files(kind):
        first, second = make[kind](), make[kind]()
        return (
            write("first.pem", first, private=True),
            write("first.pub.pem", first, private=False),
            write("second.pem", second, private=True),
        )

    return key_files


def test_when_the_key_is_gone_the_log_says_so(start, enrolled, signs_in, caplog, people, sql):
    """A refusal like any other to the visitor, and an error for the operator, with no secret in it."""
    app = enrolled(start(jwt_secret=OLD))
    with caplog.at_level(logging.ERROR, "gatewright.methods"):
        assert not signs_in(start(jwt_secret=NEW), app)
    (user,) = people.list_users()
    (line,) = [record.getMessage() for record in caplog.records if record.name == "gatewright.methods"]
    assert "totp_secret_unreadable" in line
    assert user.id in line
    assert app.query["secret"] not in line
    assert [each.reason for _, each in people.list_audit(event="sign_in_failed")] == ["totp_secret_unreadable"]


def test_when_the_key_is_gone_nobody_may_enrol_another_app_by_a_password(start, enrolled, begin_sign_in):
    """The second factor is still asked for: a lost key is no way around it."""
    enrolled(start(jwt_secret=OLD))
    visitor = begin_sign_in(start(jwt_secret=NEW))
    assert visitor.request().methods() == ["totp"]
    with pytest.raises(AuthenticationError):
        visitor.request().begin_enrolment("totp")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{}",
        "[]",
        "null",
        "not JSON",
        '{"encrypted": null}',
        '{"encrypted": "\u00e9"}',
        '{"encrypted": ""}',
        '{"encrypted": "QUJD"}',
        '{"encrypted": 7}',
    ],
)
def test_damaged_data_is_refused(app, begin_sign_in, clock, sql, data, refusal):
    """Whatever a restored or edited row holds."""
    sql("UPDATE authenticators SET data = ?", data)
    assert refusal(begin_sign_in(), "totp", {"code": app.code(clock.now())}) == "totp_secret_unreadable"


def test_a_row_moved_to_another_user_is_refused(app, auth, register, people, sql, clock, refusal, begin_sign_in):
    """Who can write to the database, and not read the keys, gives nobody's account an app of their own."""
    register(auth, "dave")
    (dave,) = [user for user in people.list_users() if user.username == "dave"]
    sql("UPDATE authenticators SET account_id = ?", dave.id)
    assert refusal(begin_sign_in(username="dave"), "totp", {"code": app.code(clock.now())}) == "totp_secret_unreadable"
