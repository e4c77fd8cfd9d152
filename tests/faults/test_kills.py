"""A worker that is killed at any statement or command to Redis: what it answered holds, what it did not is done whole
or not at all, and can be done again by another process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gatewright.errors import (
    ChallengeAlreadyUsedError,
    GatewrightError,
    InvalidLinkError,
    UserNotFoundError,
)
from gatewright.system import SystemClock
from gatewright.testing import Wallet
from mailboxes import Mailboxes
from stores_under_test import assert_sound

pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("kills"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="does not apply: needs fork and SIGKILL"),
]

PASSWORD = "correct horse battery staple"
CHILD = Path(__file__).parent / "children" / "killed.py"


class LaterClock(SystemClock):
    """The machine's clock, so many minutes later."""

    minutes = 0

    def now(self):
        return super().now() + timedelta(minutes=self.minutes)


@pytest.fixture
def clock():
    return LaterClock()


@pytest.fixture
def mails():
    return Mailboxes()


@pytest.fixture
def auth(open_auth, clock, mails):
    """The process that comes after those that were killed."""
    return mails.serve(open_auth({"clock": clock}))


@pytest.fixture(scope="module")
def killer():
    """The process that starts the workers."""
    with subprocess.Popen([sys.executable, CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def kill(killer, store_settings):
    """Let workers do one thing, each killed at another statement; return what each has prepared and answered."""

    def kill(act):
        print(json.dumps([act, store_settings]), file=killer.stdin, flush=True)
        runs = json.loads(killer.stdout.readline())
        assert runs[-1]["events"][-1] == "answered"
        assert [len(each["events"]) for each in runs[:-1]] == list(range(1, len(runs)))
        assert_sound(store_settings)
        return runs

    return kill


def assert_all_or_nothing(runs, done):
    """The first ones have done nothing, the others everything; whoever has answered has done it."""
    assert done == sorted(done)
    assert {*done} == {False, True}
    assert all(is_done for each, is_done in zip(runs, done, strict=True) if each["answer"] is not None)
    assert runs[-2]["answer"] is not None  # killed just after it


def proves(auth, name, password):
    try:
        return bool(auth.attempt(name, password, "SQLUserProvider"))
    except GatewrightError:
        return False


def waiting(auth, kind):
    """The addresses that mails of one kind wait for."""
    return [mail.email for mail in auth.list_queued_mails() if mail.kind == kind]


def told(auth, kind, state):
    """How many mails of one kind wait for somebody, or were sent by the runs that came later."""
    sent = [line.reason for _, line in auth.list_audit(event="mail_sent", username=state["name"])]
    return waiting(auth, kind).count(state["email"]) + sent.count(kind)


def test_a_wallet_sign_in(kill, auth, store_settings):
    """The challenge is spent with one session, or unspent with none, and then good.

    In Redis it may be spent on nothing, and then another one is asked for.
    """
    has_redis = "redis_url" in store_settings
    runs, done = kill("WalletSignIn"), []
    for run in runs:
        address, challenge, signature = run["state"]["attempt"]
        is_spent = auth.get_challenge_details(challenge).used
        sessions = [each for each in auth.list_sessions() if each.evrmore_address == address]
        is_done = bool(sessions)
        assert len(sessions) <= 1
        assert is_spent is is_done or (is_spent and has_redis)
        if run["answer"]:
            assert auth.validate_token(run["answer"])["jti"] == sessions[0].id
        if is_spent:
            with pytest.raises(ChallengeAlreadyUsedError):
                auth.authenticate(address, challenge, signature)
            wallet = Wallet.new(run["state"]["seed"])
            challenge = auth.generate_challenge(wallet.address)
            signature = wallet.sign(challenge)
        assert auth.authenticate(address, challenge, signature).is_active
        done.append(is_done)

    assert_all_or_nothing(runs, done)


def test_a_password_sign_in(kill, auth):
    """The visit has its former session or its new one; and the same client may sign in at once."""
    runs, done = kill("PasswordSignIn"), []
    for run in runs:
        state = run["state"]
        is_former_over = auth.guard(state["visit"]).is_guest()
        assert len(auth.list_sessions(state["id"])) == 1
        assert auth.guard(run["answer"] or {}).is_guest() is (run["answer"] is None)
        assert auth.guard({}, ip_address=state["client"]).login(state["name"], PASSWORD, "SQLUserProvider")
        done.append(is_former_over)

    assert_all_or_nothing(runs, done)


def test_a_sign_up(kill, auth, mails):
    """The account has its profile and its mail, or is not there; whoever signs up again gets in."""
    runs, done = kill("SignUp"), []
    names = {user.username for user in auth.list_users()}
    queued = waiting(auth, "email_verification")
    for run in runs:
        name, email = run["state"]["name"], run["state"]["email"]
        is_done = name in names
        assert queued.count(email) == is_done
        assert (is_done and auth.get_profile(name)) == (is_done and {"city": "Rome"})
        if is_done:
            auth.sign_up(email, password=PASSWORD)
        else:
            auth.sign_up(email, username=name, password=PASSWORD, profile={})
        done.append(is_done)
    auth.deliver_mails()
    for token in (link.rpartition("/")[2] for link in mails.links("email_verification")):
        auth.verify_email(token)

    assert_all_or_nothing(runs, done)
    assert all(proves(auth, run["state"]["name"], PASSWORD) for run in runs)


def test_a_verification(kill, auth):
    """The link is spent and the address verified, or neither, and then the link is good."""
    runs, done = kill("Verification"), []
    for run in runs:
        token, name = run["state"]["token"], run["state"]["name"]
        is_done = auth.get_user(name).is_verified
        assert auth.is_link_valid(token, purpose="email_verification") is not is_done
        if is_done:
            with pytest.raises(InvalidLinkError):
                auth.verify_email(token)
        else:
            assert auth.verify_email(token).is_verified
        done.append(is_done)

    assert_all_or_nothing(runs, done)


def test_a_reset(kill, auth):
    """The new password, no session and a mail to the owner; or the old one, the session, and a link that is good."""
    runs, done = kill("Reset"), []
    for run in runs:
        state = run["state"]
        is_done = proves(auth, state["name"], f"{PASSWORD} anew")
        assert proves(auth, state["name"], PASSWORD) is not is_done
        assert auth.guard(state["visit"]).is_guest() is is_done
        assert told(auth, "password_changed", state) == is_done
        if is_done:
            with pytest.raises(InvalidLinkError):
                auth.reset_password(state["token"], f"{PASSWORD} another")
        else:
            assert auth.reset_password(state["token"], f"{PASSWORD} another")
        done.append(is_done)

    assert_all_or_nothing(runs, done)


def test_a_password_change(kill, auth):
    """Where the new password is kept, every other session is over; the visit that changes it is signed in all along."""
    runs, done = kill("PasswordChange"), []
    for run in runs:
        state = run["state"]
        is_done = proves(auth, state["name"], f"{PASSWORD} anew")
        assert proves(auth, state["name"], PASSWORD) is not is_done
        assert auth.guard(state["other"]).is_guest() is is_done
        assert len(auth.list_sessions(state["id"])) == (1 if is_done else 2)
        if run["answer"]:
            assert not auth.guard(run["answer"]).is_guest()
        done.append(is_done)

    assert_all_or_nothing(runs, done)


def test_a_move_to_another_mail_address(kill, auth):
    """The account is at one address, its session goes on, and the former address is told if it has moved."""
    runs, done = kill("Move"), []
    for run in runs:
        state = run["state"]
        is_done = auth.get_user(state["name"]).email == state["new"]
        assert told(auth, "email_changed", state) == is_done
        assert not auth.guard(state["visit"]).is_guest()
        if is_done:
            with pytest.raises(InvalidLinkError):
                auth.confirm_email_change(state["token"])
        else:
            assert auth.confirm_email_change(state["token"]).email == state["new"]
        done.append(is_done)

    assert_all_or_nothing(runs, done)


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_rotation(kill, auth, clock, minutes):
    """The browser is let in by what it has, at once and later, and nobody is taken for a thief."""
    runs, done = kill("Rotation"), []
    clock.minutes = minutes
    for run in runs:
        state = run["state"]
        done.append(len(auth.list_sessions(state["id"])) == 2)
        assert auth.guard({}).recall(run["answer"] or state["cookie"])
        assert len(auth.list_sessions(state["id"])) == 2 + done[-1]

    assert_all_or_nothing(runs, done)
    assert auth.list_audit(event="remember_me_theft") == []


def test_a_deletion(kill, auth):
    """The account is gone with all that it had, and its owner told; or it is there, and signed in."""
    runs, done = kill("Deletion"), []
    for run in runs:
        state = run["state"]
        is_done = auth.get_user_by_id(state["id"]) is None
        assert auth.guard(state["visit"]).is_guest() is is_done
        assert told(auth, "account_deleted", state) == is_done
        if is_done:
            with pytest.raises(UserNotFoundError):
                auth.delete_user(state["id"])
        else:
            auth.delete_user(state["id"])
        assert auth.create_user(state["name"], email=state["email"])
        done.append(is_done)

    assert_all_or_nothing(runs, done)


def test_a_delivery(kill, auth, clock, mails):
    """Every mail is sent, one whose sender died perhaps twice, a few minutes later; the link that came last is good."""
    runs = kill("Delivery")
    queued = waiting(auth, "password_reset")
    sent = [event for run in runs for event in run["events"] if event.startswith("sent to")]
    for run in runs:
        assert run["state"]["email"] in queued or f"sent to {run['state']['email']}" in sent
    assert runs[-1]["state"]["email"] not in queued
    clock.minutes = 5
    auth.deliver_mails()

    assert sorted(mail.to for mail in mails.mails) == sorted(queued)
    assert auth.list_queued_mails() == []
    assert all(auth.is_link_valid(link.rpartition("/")[2], purpose="password_reset") for link in mails.links())
