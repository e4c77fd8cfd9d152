"""The classes of ``evrmore_authentication``: gatewright's own, with naive timestamps."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
from datetime import UTC, timedelta

import pytest

import evrmore_authentication
import gatewright
from evrmore_authentication import AsyncEvrmoreAuth, EvrmoreAuth


def moments(session, user, challenge):
    return [
        session.created_at,
        session.expires_at,
        user.created_at,
        user.last_login,
        challenge.created_at,
        challenge.expires_at,
    ]


def test_every_timestamp_is_naive_utc(gatewright_settings, clock, alice, sign_in):
    """On what is returned, listed and handed to hooks; the first time and later."""
    now = clock.now().replace(tzinfo=None)
    with EvrmoreAuth(settings=gatewright_settings, clock=clock) as auth:
        seen = []
        auth.add_hook(
            "post_auth", lambda user, session: seen.extend([user.created_at, user.last_login, session.created_at])
        )
        auth.add_hook("post_challenge", lambda challenge_record: seen.append(challenge_record.created_at))
        auth.add_hook("post_token_invalidate", lambda session: seen.append(session.created_at))
        for _ in range(2):
            session = sign_in(auth, alice)
        user = auth.get_user_by_token(session.token)
        challenge = auth.get_challenge_details(auth.generate_challenge(alice.address))
        seen += moments(session, user, challenge) + [listed.created_at for listed in auth.list_sessions()]
        auth.invalidate_token(session.token)

    assert {moment.tzinfo for moment in seen} == {None}
    assert set(seen) == {now, now + timedelta(minutes=10), now + timedelta(minutes=30)}


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="only POSIX can change a process's time zone")
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_machines_time_zone_does_not_matter(gatewright_settings, clock, alice, sign_in, monkeypatch, zone):
    """Naive means UTC, wherever the machine stands, and for whoever comes back."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with EvrmoreAuth(settings=gatewright_settings, clock=clock) as auth:
            users = []
            auth.add_hook("post_auth", lambda user: users.append((user.created_at, user.last_login)))
            for _ in range(2):
                token = sign_in(auth, alice).token
            assert auth.validate_token(token)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()

    assert set(users) == {(clock.now().replace(tzinfo=None),) * 2}


def test_gatewrights_own_are_aware(auth, alice, clock, sign_in):
    """The same fields, with their time zone."""
    session = sign_in(auth, alice)
    challenge = auth.get_challenge_details(auth.generate_challenge(alice.address))

    assert {moment.tzinfo for moment in moments(session, auth.get_user_by_token(session.token), challenge)} == {UTC}
    assert session.created_at == clock.now()


def test_expiry_is_the_same_for_naive_records(gatewright_settings, clock, alice, sign_in):
    """Challenges and tokens end when they should."""
    with EvrmoreAuth(settings=gatewright_settings, clock=clock) as auth:
        challenge, token = auth.generate_challenge(alice.address), sign_in(auth, alice).token
        clock.advance(minutes=10)
        with pytest.raises(evrmore_authentication.ChallengeExpiredError):
            auth.authenticate(alice.address, challenge, alice.sign(challenge))
        assert auth.validate_token(token)
        clock.advance(minutes=20)

        assert auth.validate_token(token) is None


def test_the_asynchronous_twin_is_naive_too(gatewright_settings, clock, alice):
    """With the same options."""

    async def visit():
        async with AsyncEvrmoreAuth(settings=gatewright_settings, clock=clock, propagate_hook_errors=True) as auth:
            challenge = await auth.generate_challenge(alice.address)
            return await auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert asyncio.run(visit()).created_at == clock.now().replace(tzinfo=None)


def test_they_are_gatewrights_classes():
    """So that ``isinstance`` and ``except`` work across the two packages."""
    assert issubclass(EvrmoreAuth, gatewright.EvrmoreAuth)
    assert issubclass(AsyncEvrmoreAuth, gatewright.AsyncEvrmoreAuth)
    assert evrmore_authentication.User is gatewright.User
    assert evrmore_authentication.AuthenticationError is gatewright.errors.AuthenticationError


def test_without_arguments_it_makes_a_file_and_a_secret_here(folder, caplog, alice, sign_in):
    """As the documents make it: no configuration at all, and one warning."""
    with EvrmoreAuth() as auth:
        sign_in(auth, alice)

    assert {"gatewright.db", "gatewright.db.secret"} <= {path.name for path in folder.iterdir()}
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1


def test_the_database_comes_from_the_environment(folder, monkeypatch):
    """Where the argument does not say."""
    monkeypatch.setenv("GATEWRIGHT_DATABASE_URL", "sqlite:///from-environment.db")
    EvrmoreAuth().close()
    EvrmoreAuth("sqlite:///from-argument.db").close()

    assert {"from-environment.db", "from-argument.db"} <= {path.name for path in folder.iterdir()}
    assert not (folder / "gatewright.db").exists()


def test_importing_it_touches_nothing(folder):
    """No file, no output and no change to anybody's logging."""
    code = (
        "import logging; before = (logging.root.level, list(logging.root.handlers)); import evrmore_authentication; "
        "assert before == (logging.root.level, list(logging.root.handlers))"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=os.environ,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert list(folder.iterdir()) == []
