"""Each hook point fires when the specification says, with exactly the specification's parameters."""

from __future__ import annotations

import pytest

from gatewright import Denied
from gatewright.errors import AuthenticationError
from mailboxes import Mailboxes
from recovery import enrol_use_and_remove

SPECIFICATION = {
    "pre_challenge": {"evrmore_address", "expire_minutes"},
    "post_challenge": {"evrmore_address", "challenge", "challenge_record"},
    "pre_auth": {"evrmore_address", "challenge", "signature", "skip_ownership_check"},
    "post_auth": {"user", "session"},
    "pre_verify": {"address", "message", "signature"},
    "post_verify": {"address", "message", "signature", "is_valid"},
    "pre_token_validate": {"token"},
    "post_token_validate": {"token", "token_data", "is_valid"},
    "pre_token_invalidate": {"token"},
    "post_token_invalidate": {"token", "session"},
}
OWN = {
    "auth_failed": {"username", "method", "reason"},
    "pre_login": {"route"},
    "login_success": {"user"},
    "login_failed": {"username"},
    "login_inactive_user": {"user"},
    "login_unverified_user": {"user"},
    "logout": set(),
    "pre_password_change": {"user"},
    "post_password_change": {"user"},
    "pre_signup": {"email", "username", "profile"},
    "post_signup": {"user"},
    "pre_email_verification": {"user"},
    "post_email_verification": {"user"},
    "pre_password_reset": {"user"},
    "post_password_reset": {"user"},
    "pre_username_change": {"user", "username"},
    "post_username_change": {"user", "former_username"},
    "pre_email_change": {"user", "email"},
    "post_email_change": {"user", "former_email"},
    "pre_account_deletion": {"user"},
    "post_account_deletion": {"user"},
    "pre_method_enrolment": {"user", "method"},
    "post_method_enrolment": {"user", "method", "authenticators"},
    "pre_method_use": {"user", "method"},
    "post_method_use": {"user", "method", "proof"},
    "pre_method_removal": {"user", "method"},
    "post_method_removal": {"user", "method", "authenticators"},
}
OURS = "SQLUserProvider"
PASSWORD, OTHER_PASSWORD = "correct horse battery staple", "quiet lamp under seven hills"


def change_and_delete(auth, mailboxes):
    """Give an account another name and another address, and delete it."""
    user_id = auth.create_user("erin", email="erin@example.com", password=PASSWORD, is_verified=True).id
    auth.change_username(user_id, username="eric")
    auth.request_email_change(user_id, email="eric@example.com")
    auth.deliver_mails()
    auth.confirm_email_change(mailboxes.links("email_change")[-1].rpartition("/")[2])
    auth.delete_user(user_id)


def test_the_points_are_the_ten_of_the_specification_and_our_own(auth):
    """In the order of the specification's table, each with its parameters."""
    declared = {point.name: set(point.declaration.parameters) for point in auth.hooks}

    assert list(declared) == [*SPECIFICATION, *OWN]
    assert declared == SPECIFICATION | OWN


def test_every_point_fires_with_exactly_its_parameters(auth, alice, sign_in, hooks):
    """Failed and good visits by wallet, by password and by mail meet every point but the one of a login route."""
    mailboxes = Mailboxes()
    mailboxes.serve(auth)
    auth.sign_up("dave@example.com", password=PASSWORD)
    auth.deliver_mails()
    auth.verify_email(mailboxes.token())
    auth.request_password_reset("dave@example.com")
    auth.deliver_mails()
    auth.reset_password(mailboxes.token(), OTHER_PASSWORD)
    change_and_delete(auth, mailboxes)
    token = sign_in(auth, alice).token
    auth.validate_token(token)
    auth.invalidate_token(token)
    with pytest.raises(AuthenticationError):
        auth.authenticate(alice.address, "unknown", "x")
    for username, state in (("carol", {}), ("newcomer", {"is_verified": False}), ("idle", {"is_active": False})):
        auth.create_user(username, password=PASSWORD, **{"is_verified": True} | state)
    auth.set_password("carol", OTHER_PASSWORD)
    guard = auth.guard({})
    guard.login("carol", OTHER_PASSWORD, OURS)
    enrol_use_and_remove(guard)
    guard.destroy()
    for username in ("nobody", "newcomer", "idle"):
        with pytest.raises(AuthenticationError):
            auth.attempt(username, PASSWORD, OURS)
    expected = SPECIFICATION | OWN
    del expected["pre_login"]

    assert {event: set(parameters) for event, parameters in hooks.events} == expected


def test_a_challenge(auth, alice, hooks):
    """``pre_challenge`` has the question, ``post_challenge`` the text and its record."""
    challenge = auth.generate_challenge(alice.address, 5)
    record = auth.get_challenge_details(challenge)

    assert hooks.events == [
        ("pre_challenge", {"evrmore_address": alice.address, "expire_minutes": 5}),
        ("post_challenge", {"evrmore_address": alice.address, "challenge": challenge, "challenge_record": record}),
    ]


def test_a_sign_in(auth, alice, hooks):
    """The verification lies between ``pre_auth`` and ``post_auth``, which gets the user and the returned session."""
    challenge = auth.generate_challenge(alice.address)
    signature = alice.sign(challenge)
    hooks.clear()
    session = auth.authenticate(alice.address, challenge, signature)
    verified = {"address": alice.address, "message": challenge, "signature": signature}

    assert hooks.names == ["pre_auth", "pre_verify", "post_verify", "post_auth"]
    assert hooks.of("pre_auth") == [
        {
            "evrmore_address": alice.address,
            "challenge": challenge,
            "signature": signature,
            "skip_ownership_check": False,
        }
    ]
    assert (hooks.of("pre_verify"), hooks.of("post_verify")) == ([verified], [verified | {"is_valid": True}])
    assert hooks.of("post_auth")[0]["session"] is session
    assert hooks.of("post_auth")[0]["user"].id == session.user_id


def test_a_validation(auth, alice, sign_in, hooks):
    """The hooks see good tokens with their claims and bad ones without."""
    token = sign_in(auth, alice).token
    hooks.clear()
    claims = auth.validate_token(token)
    auth.validate_token("nonsense")

    assert hooks.events == [
        ("pre_token_validate", {"token": token}),
        ("post_token_validate", {"token": token, "token_data": claims, "is_valid": True}),
        ("pre_token_validate", {"token": "nonsense"}),
        ("post_token_validate", {"token": "nonsense", "token_data": None, "is_valid": False}),
    ]


def test_whoever_asks_for_the_user_of_a_token_validates_it(auth, alice, sign_in, hooks):
    """``get_user_by_token`` cannot go round the hooks."""
    token = sign_in(auth, alice).token
    hooks.clear()
    auth.get_user_by_token(token)

    assert hooks.names == ["pre_token_validate", "post_token_validate"]


def test_a_sign_out(auth, alice, sign_in, hooks):
    """``post_token_invalidate`` gets the session that ended."""
    session = sign_in(auth, alice)
    hooks.clear()
    auth.invalidate_token(session.token)

    assert hooks.names == ["pre_token_invalidate", "post_token_invalidate"]
    assert hooks.of("post_token_invalidate")[0]["session"].id == session.id


def test_a_login(auth, hooks):
    """``login_success`` follows ``post_auth``: first there is a session, then whoever logged in is welcomed."""
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    guard = auth.guard({})
    user = guard.login("Carol", PASSWORD, OURS)
    guard.destroy()
    guard.destroy()

    assert hooks.names == ["post_auth", "login_success", "logout"]
    assert hooks.of("login_success") == [{"user": user}]
    assert hooks.of("post_auth")[0]["user"] is user


@pytest.mark.parametrize(
    ("username", "event", "reason"),
    [
        ("nobody", "login_failed", "user_not_found"),
        ("idle", "login_inactive_user", "inactive_user"),
        ("newcomer", "login_unverified_user", "unverified_user"),
    ],
)
def test_a_login_that_fails(auth, hooks, username, event, reason):
    """The event of its kind, then ``auth_failed``, and nothing of a success."""
    auth.create_user("idle", password=PASSWORD, is_verified=True, is_active=False)
    auth.create_user("newcomer", password=PASSWORD)
    with pytest.raises(AuthenticationError):
        auth.guard({}).login(username, PASSWORD, OURS)

    assert hooks.names == [event, "auth_failed"]
    assert hooks.of("auth_failed") == [{"username": username, "method": "password", "reason": reason}]


def test_a_password_change(auth, hooks):
    """Both points are given the user whose password it is; ``post`` fires only where it was changed."""
    auth.create_user("carol", password=PASSWORD)
    with pytest.raises(ValueError, match="characters"):
        auth.set_password("carol", "short")
    assert hooks.names == ["pre_password_change"]
    hooks.clear()
    auth.set_password("carol", OTHER_PASSWORD)

    assert hooks.names == ["pre_password_change", "post_password_change"]
    assert {parameters["user"].username for _, parameters in hooks.events} == {"carol"}


FAILURES = {
    "challenge_unknown": lambda auth, alice, bob, text: auth.authenticate(alice.address, "unknown", "x"),
    "challenge_not_owned": lambda auth, alice, bob, text: auth.authenticate(bob.address, text, bob.sign(text)),
    "invalid_signature": lambda auth, alice, bob, text: auth.authenticate(alice.address, text, bob.sign(text)),
    "invalid_address": lambda auth, alice, bob, text: auth.authenticate("nobody", text, "x"),
    "invalid_parameter": lambda auth, alice, bob, text: auth.authenticate(alice.address, text, "x", ip_address="x"),
}


@pytest.mark.parametrize("reason", FAILURES)
def test_a_failed_sign_in_has_a_reason(auth, alice, bob, hooks, reason):
    """A stable code for logs and counters; it fires once and last."""
    challenge = auth.generate_challenge(alice.address)
    with pytest.raises((AuthenticationError, ValueError)):
        FAILURES[reason](auth, alice, bob, challenge)

    assert [failure["reason"] for failure in hooks.of("auth_failed")] == [reason]
    assert hooks.of("auth_failed")[0]["method"] == "wallet"
    assert hooks.names[-1] == "auth_failed"
    assert "post_auth" not in hooks.names


def test_failures_that_time_and_state_bring(auth, alice, clock, sql, hooks):
    """Used, expired, inactive and denied have reasons of their own."""
    used, expired, inactive, denied = [auth.generate_challenge(alice.address) for _ in range(4)]
    auth.authenticate(alice.address, used, alice.sign(used))

    def fail(challenge):
        with pytest.raises(AuthenticationError):
            auth.authenticate(alice.address, challenge, alice.sign(challenge))

    fail(used)
    sql("UPDATE users SET is_active = false")
    fail(inactive)
    clock.advance(minutes=10)
    fail(expired)

    @auth.hooks.pre_auth
    def refuse():
        raise Denied("closed")

    fail(denied)

    assert hooks.of("auth_failed") == [
        {"username": alice.address, "method": "wallet", "reason": reason}
        for reason in ("challenge_used", "inactive_user", "challenge_expired", "denied")
    ]


def test_whoever_tried_is_named_as_given(auth, hooks):
    """Nonsense included: the hook is for counters, not for trust."""
    with pytest.raises(ValueError, match="address"):
        auth.authenticate("<b>\n", "unknown", "x")

    assert hooks.of("auth_failed")[0]["username"] == "<b>\n"


def test_nothing_else_fires(auth, alice, sign_in, hooks):
    """Looking things up, listing and clearing away are no steps of an authentication."""
    session = sign_in(auth, alice)
    hooks.clear()
    auth.get_user_by_id(session.user_id)
    auth.list_sessions()
    auth.get_challenge_details("unknown")
    auth.create_wallet_address()
    auth.sign_message(alice.wif, "hello")
    auth.create_user("carol", password=PASSWORD)
    auth.create_permission("general.read")
    auth.grant_permission("general.read", username="carol")
    auth.disable_user("carol")
    auth.get_user("carol")
    auth.list_users()
    auth.list_audit()
    auth.guard({}).is_guest()
    auth.revoke_session(session.id)
    auth.cleanup_expired_sessions()

    assert hooks.events == []
