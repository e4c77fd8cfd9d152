"""What an exception in a hook does: by default nothing, by choice it reaches the caller, and ``Denied`` is a veto."""

from __future__ import annotations

import logging
import traceback

import pytest

from gatewright import Denied
from gatewright.errors import AuthenticationError
from gatewright.hooks import POINTS
from mailboxes import Mailboxes
from recovery import enrol_use_and_remove

FIRED = [declaration for declaration in POINTS if declaration.name != "pre_login"]
"""The points of the library's own operations: ``pre_login`` belongs to whoever has a login route."""

BEFORE = [declaration.name for declaration in FIRED if declaration.is_before]
AFTER = [declaration.name for declaration in FIRED if not declaration.is_before]
OURS = "SQLUserProvider"
PASSWORD, OTHER_PASSWORD = "correct horse battery staple", "quiet lamp under seven hills"


class HookFailure(Exception):
    """What hooks of these tests raise."""


class ProgramEnds(BaseException):
    """As ``SystemExit`` and ``KeyboardInterrupt`` are: no error, and not to be caught as one."""


def visit(auth, wallet):
    """Meet every point of a good visit, by wallet, password and mail, and return what the wallet's steps answered."""
    help_oneself(auth)
    challenge = auth.generate_challenge(wallet.address)
    session = auth.authenticate(wallet.address, challenge, wallet.sign(challenge))
    answers = session, auth.validate_token(session.token), auth.invalidate_token(session.token)
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    auth.set_password("carol", OTHER_PASSWORD)
    guard = auth.guard({})
    assert guard.login("carol", OTHER_PASSWORD, OURS).username == "carol"
    enrol_use_and_remove(guard)
    guard.destroy()
    return answers


def help_oneself(auth):
    """Make an account, verify its address and replace its password, by the links of mails."""
    mailboxes = Mailboxes()
    mailboxes.serve(auth)
    auth.sign_up("dave@example.com", password=PASSWORD)
    auth.deliver_mails()
    auth.verify_email(mailboxes.token())
    auth.request_password_reset("dave@example.com")
    auth.deliver_mails()
    auth.reset_password(mailboxes.token(), OTHER_PASSWORD)
    change_and_delete(auth, mailboxes)


def change_and_delete(auth, mailboxes):
    """Give an account another name and another address, and delete it."""
    user_id = auth.create_user("erin", email="erin@example.com", password=PASSWORD, is_verified=True).id
    auth.change_username(user_id, username="eric")
    auth.request_email_change(user_id, email="eric@example.com")
    auth.deliver_mails()
    auth.confirm_email_change(mailboxes.links("email_change")[-1].rpartition("/")[2])
    auth.delete_user(user_id)


def try_as(username, **state):
    def attempt(auth, wallet):
        auth.create_user(username, password=PASSWORD, **state)
        auth.attempt(username, PASSWORD, OURS)

    return attempt


TRY_IN_VAIN = {
    "auth_failed": lambda auth, wallet: auth.authenticate(wallet.address, "unknown", "x"),
    "login_failed": lambda auth, wallet: auth.attempt("nobody", PASSWORD, OURS),
    "login_inactive_user": try_as("idle", is_active=False, is_verified=True),
    "login_unverified_user": try_as("newcomer"),
}
"""For each point of a failure, what fires it."""


SESSIONS_BEFORE = {
    "pre_token_invalidate": 1,
    "pre_password_change": 1,
    "pre_method_enrolment": 2,
    "pre_method_use": 2,
    "pre_method_removal": 3,
}
"""Point -> how many sessions a visit has opened by then."""


def fail_to_sign_in(auth, wallet):
    """Fail in each of these ways, and return the errors."""
    errors = []
    for try_in_vain in TRY_IN_VAIN.values():
        with pytest.raises(AuthenticationError) as refused:
            try_in_vain(auth, wallet)
        errors.append(refused.value)
    return errors


def failing_hook(event, failing):
    def hook():
        if event in failing:
            raise HookFailure(event)

    return hook


@pytest.mark.parametrize("event", [*BEFORE, *AFTER])
def test_an_error_is_logged_and_the_flow_goes_on(auth, alice, event, caplog):
    """At every point; the hooks after the failing one still run; the log names hook, point and reason."""
    later = []

    @auth.add_hook(event)
    def fails():
        raise HookFailure("the mail server is down")

    auth.add_hook(event, lambda: later.append(event))
    session, claims, has_ended = visit(auth, alice)
    fail_to_sign_in(auth, alice)
    records = [record for record in caplog.records if record.name == "gatewright.hooks"]

    assert (claims["jti"], has_ended) == (session.id, True)
    assert len(records) == len(later) >= 1
    assert {record.levelno for record in records} == {logging.ERROR}
    assert f"fails at {event} failed" in records[0].getMessage()
    assert "HookFailure: the mail server is down" in records[0].getMessage()
    assert "in fails\n" in records[0].getMessage()


@pytest.mark.parametrize("event", [*BEFORE, *AFTER])
def test_an_error_is_propagated_unchanged(make_auth, alice, event, caplog):
    """With ``propagate_hook_errors`` the very object reaches the caller, later hooks do not run, nothing is logged."""
    auth, error, later = make_auth(propagate_hook_errors=True), HookFailure("down"), []

    @auth.add_hook(event)
    def fails():
        raise error

    auth.add_hook(event, lambda: later.append(event))
    with pytest.raises(HookFailure) as raised:
        TRY_IN_VAIN.get(event, visit)(auth, alice)

    assert raised.value is error
    assert (later, [record for record in caplog.records if record.name.startswith("gatewright")]) == ([], [])


@pytest.mark.parametrize(
    ("event", "operation"),
    [
        ("pre_token_validate", "validate_token"),
        ("post_token_validate", "get_user_by_token"),
        ("pre_token_invalidate", "invalidate_token"),
    ],
)
def test_a_propagated_error_has_the_token_in_no_variable_but_of_that_name(make_auth, alice, sign_in, event, operation):
    """What reports errors shows the variables of each frame, and leaves out those called so, but not what holds one."""
    auth = make_auth(propagate_hook_errors=True)
    session = sign_in(auth, alice)

    def fail(**parameters):
        raise HookFailure

    auth.add_hook(event, fail)
    with pytest.raises(HookFailure) as caught:
        getattr(auth, operation)(session.token)
    frames = [
        frame
        for frame, _ in traceback.walk_tb(caught.value.__traceback__)
        if "gatewright" in frame.f_globals["__name__"]
    ]
    held = [
        (frame.f_code.co_name, name)
        for frame in frames
        for name, value in frame.f_locals.items()
        if session.token in repr(value)
    ]

    assert len(frames) > 3
    assert {name for _, name in held} <= {"token"}, held


def test_a_propagated_error_before_the_claim_burns_nothing(make_auth, alice, count):
    """A hook that fails before or while the signature is verified leaves the challenge as it was."""
    auth, failing = make_auth(propagate_hook_errors=True), ["pre_auth"]

    for point in (auth.hooks.pre_auth, auth.hooks.pre_verify, auth.hooks.post_verify):
        point(failing_hook(point.name, failing))
    challenge = auth.generate_challenge(alice.address)
    for event in ("pre_auth", "pre_verify", "post_verify"):
        failing[:] = [event]
        with pytest.raises(HookFailure, match=event):
            auth.authenticate(alice.address, challenge, alice.sign(challenge))
    assert (count("users"), count("sessions")) == (0, 0)
    failing.clear()

    assert auth.authenticate(alice.address, challenge, alice.sign(challenge))


def test_a_propagated_post_auth_error_leaves_no_orphan(make_auth, alice, sql):
    """The caller has no session, so there must be none: its row is ended and its token worthless."""
    auth, tokens = make_auth(propagate_hook_errors=True), []

    @auth.hooks.post_auth
    def fails(session):
        tokens.append(session.token)
        raise HookFailure("the directory is down")

    challenge = auth.generate_challenge(alice.address)
    with pytest.raises(HookFailure):
        auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert auth.validate_token(tokens[0]) is None
    assert auth.list_sessions() == []
    assert sql("SELECT is_active FROM sessions") == [(0,)]
    assert auth.get_challenge_details(challenge).used


def test_an_orphan_is_prevented_where_the_hook_ends_the_program(make_auth, alice):
    """Exceptions that are no errors pass, in both modes, and the session is ended too."""
    auth = make_auth()

    @auth.hooks.post_auth
    def leaves():
        raise ProgramEnds

    challenge = auth.generate_challenge(alice.address)
    with pytest.raises(ProgramEnds):
        auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert auth.list_sessions() == []


def test_what_was_written_stays_written_where_a_later_hook_fails(make_auth, alice, sign_in):
    """Hooks that follow a write run after its commit: the challenge is there, and the session has ended."""
    auth = make_auth(propagate_hook_errors=True)
    session = sign_in(auth, alice)
    kept = []

    @auth.hooks.post_challenge
    def keep_and_fail(challenge):
        kept.append(challenge)
        raise HookFailure

    @auth.hooks.post_token_invalidate
    def fail():
        raise HookFailure

    with pytest.raises(HookFailure):
        auth.generate_challenge(alice.address)
    with pytest.raises(HookFailure):
        auth.invalidate_token(session.token)

    assert auth.get_challenge_details(kept[0])
    assert auth.validate_token(session.token) is None


def test_a_failing_auth_failed_hook_does_not_hide_the_failure_by_default(auth, alice):
    """The caller learns why the sign-in failed, not why the counter did."""

    @auth.hooks.auth_failed
    def fails():
        raise HookFailure

    codes = [error.code for error in fail_to_sign_in(auth, alice)]

    assert codes == ["invalid_challenge", "user_not_found", "inactive_user", "unverified_user"]


@pytest.mark.parametrize("propagates", [False, True])
@pytest.mark.parametrize("event", BEFORE)
def test_a_veto_stops_the_operation_in_both_modes(make_auth, alice, event, propagates, count):
    """``Denied`` in a ``pre_*`` hook; later hooks do not run; asking whether a token is valid answers None."""
    auth, later = make_auth(propagate_hook_errors=propagates), []

    @auth.add_hook(event)
    def refuse():
        raise Denied("closed")

    auth.add_hook(event, lambda: later.append(event))
    if event == "pre_token_validate":
        challenge = auth.generate_challenge(alice.address)
        session = auth.authenticate(alice.address, challenge, alice.sign(challenge))
        assert auth.validate_token(session.token) is None
        assert auth.get_user_by_token(session.token) is None
    else:
        with pytest.raises(Denied, match="closed") as refused:
            visit(auth, alice)
        assert (refused.value.reason, refused.value.code) == ("closed", "denied")
        assert count("sessions") == SESSIONS_BEFORE.get(event, 0)
    assert later == []


def test_a_vetoed_token_is_reported_as_not_valid(auth, alice, sign_in, hooks):
    """``post_token_validate`` fires for refusals too."""
    token = sign_in(auth, alice).token
    hooks.clear()

    @auth.hooks.pre_token_validate
    def refuse():
        raise Denied("this address is banned")

    auth.validate_token(token)

    assert hooks.of("post_token_validate") == [{"token": token, "token_data": None, "is_valid": False}]


@pytest.mark.parametrize("event", AFTER)
def test_it_is_too_late_for_a_veto_afterwards(auth, alice, event, caplog):
    """In a hook that comes after, ``Denied`` is an error like any other: logged, and the flow goes on."""

    @auth.add_hook(event)
    def too_late():
        raise Denied("too late")

    session, claims, has_ended = visit(auth, alice)
    fail_to_sign_in(auth, alice)

    assert (claims["jti"], has_ended) == (session.id, True)
    assert "too late" in caplog.text


def test_a_veto_of_the_verification_fails_the_sign_in(auth, alice, hooks, count):
    """It is a failed authentication with the reason ``denied``, and nothing is half written."""

    @auth.hooks.pre_verify
    def refuse():
        raise Denied("this wallet is banned")

    challenge = auth.generate_challenge(alice.address)
    with pytest.raises(Denied):
        auth.authenticate(alice.address, challenge, alice.sign(challenge))

    assert hooks.of("auth_failed") == [{"username": alice.address, "method": "wallet", "reason": "denied"}]
    assert (count("users"), count("sessions")) == (0, 0)
    assert not auth.get_challenge_details(challenge).used


def test_a_mapping_that_cannot_be_read_is_an_error_of_the_hook(auth, alice, caplog):
    """Reading what a hook returns is part of calling it."""

    class Broken(dict):
        def __contains__(self, name):
            raise HookFailure("broken mapping")

    auth.add_hook("pre_challenge", lambda: Broken(expire_minutes=1))

    assert auth.generate_challenge(alice.address)
    assert "broken mapping" in caplog.text
