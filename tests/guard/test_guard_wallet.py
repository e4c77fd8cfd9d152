"""`login_with_wallet`: a signed challenge becomes a visitor's session, named by a secret and not by a token."""

from __future__ import annotations

import pytest

from gatewright.errors import InactiveUserError, InvalidChallengeError, InvalidSignatureError
from visitors import WALLETS, Visitor


@pytest.fixture
def signed(auth):
    """The arguments of `login_with_wallet`, for a new challenge."""

    def signed(wallet):
        challenge = auth.generate_challenge(wallet.address)
        return wallet.address, challenge, wallet.sign(challenge)

    return signed


def test_the_visitor_is_signed_in(visitor, signed, alice, hooks):
    """On the next request as on this one, fully, and `login_success` is told the same user."""
    user = visitor.request().login_with_wallet(*signed(alice))
    guard = visitor.request()
    assert (user.username, user.evrmore_address) == (alice.address, alice.address)
    assert type(guard.user()) is type(user)
    assert (guard.user().id, guard.user().provider_name) == (user.id, user.provider_name)
    assert guard.is_fully_authenticated()
    names = ("pre_auth", "pre_verify", "post_verify", "post_auth", "login_success")
    assert [name for name in hooks.names if name in names] == list(names)
    assert hooks.of("login_success") == [{"user": user}]


def test_the_session_is_one_of_visits(auth, signed, alice, clock):
    """With the lifetime and idleness of a cookie, its device, and no token that would name it as well."""
    visitor = Visitor(auth, ip_address="192.0.2.7", user_agent="Browser")
    visitor.request().login_with_wallet(*signed(alice))
    session = visitor.request().current_session()
    assert (session.provider, session.ip_address, session.user_agent) == (WALLETS, "192.0.2.7", "Browser")
    assert (session.expires_at - session.created_at).days == 14
    assert visitor.request().sessions() == [session]
    assert auth.validate_token(visitor.secret) is None

    clock.advance(hours=2)
    assert visitor.request().is_guest()
    assert visitor.request().sessions() == []


def test_it_is_revoked_like_others(visitor, auth, signed, alice):
    """By its id, and by unlinking the wallet's account from use."""
    visitor.request().login_with_wallet(*signed(alice))
    assert auth.revoke_session(visitor.request().current_session().id)
    assert visitor.request().is_guest()


def test_the_visits_session_before_ends(signed_in, signed, alice):
    """Nobody who knew the secret before knows the one afterwards; what the visit kept stays."""
    signed_in.request().session("basket", ["book"])
    planted = signed_in.thief()
    signed_in.request().login_with_wallet(*signed(alice))
    assert planted.request().is_guest()
    assert signed_in.request().user().username == alice.address
    assert signed_in.request().session("basket") == ["book"]


def test_a_failure_leaves_the_visit_as_it_is(signed_in, signed, alice, bob):
    """A wrong signature, and a challenge that was used before; the good challenge is not burned."""
    before = signed_in.request().current_session()
    address, challenge, signature = signed(alice)
    with pytest.raises(InvalidSignatureError):
        signed_in.request().login_with_wallet(address, challenge, bob.sign(challenge))
    assert signed_in.request().current_session() == before
    Visitor(signed_in.auth).request().login_with_wallet(address, challenge, signature)
    with pytest.raises(InvalidChallengeError):
        signed_in.request().login_with_wallet(address, challenge, signature)
    assert signed_in.request().current_session() == before


def test_one_challenge_is_one_visit(auth, signed, alice, at_once, count):
    """Of eight that come with it at the same moment one is signed in."""
    arguments = signed(alice)
    outcomes = at_once(auth, [lambda auth: auth.guard({}).login_with_wallet(*arguments)] * 8)
    refused = [outcome for outcome in outcomes if isinstance(outcome, InvalidChallengeError)]
    assert len(refused) == 7
    assert count("sessions") == 1


def test_an_inactive_account_is_not_let_in(visitor, auth, signed, alice):
    """Though its wallet has signed."""
    visitor.request().login_with_wallet(*signed(alice))
    auth.disable_user(alice.address)
    with pytest.raises(InactiveUserError):
        visitor.request().login_with_wallet(*signed(alice))
    assert visitor.request().is_guest()


def test_a_wallet_proves_itself_whatever_the_mail_address(visitor, auth, register, link, signed, alice):
    """An account whose address was never verified is let in by its wallet: verification is about mails."""
    register(auth, "carol", is_verified=False)
    link(auth, "carol", alice)
    visitor.request().login_with_wallet(*signed(alice))
    assert visitor.request().user().id == auth.get_user("carol").id


def test_messages_wait_for_the_next_page(visitor):
    """`add_message` leaves one, `messages` takes it; a later one of the same type takes its place."""
    visitor.request().add_message("danger", "ERR_LOGIN_INVALID_CREDENTIALS")
    visitor.request().add_message("success", "MSG_HELLO")
    visitor.request().add_message("danger", "ERR_LOGIN_ATTEMPT_BLOCKED")
    assert visitor.request().messages() == {"danger": "ERR_LOGIN_ATTEMPT_BLOCKED", "success": "MSG_HELLO"}
    assert visitor.request().messages() == {}


def test_the_current_session_does_not_say_what_names_it(visitor, signed, alice):
    """A guest has none, and in the very request that opened it there is no secret in it either."""
    guard = visitor.request()
    assert guard.current_session() is None
    guard.login_with_wallet(*signed(alice))
    assert guard.current_session().token is None
    assert guard.current_session() == visitor.request().current_session()
