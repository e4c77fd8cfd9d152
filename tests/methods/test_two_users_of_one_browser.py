"""Somebody signs in where the sign-in of somebody else waits for its second factor: each gives both proofs."""

from __future__ import annotations

import pytest

from authenticator_apps import enrol_app
from gatewright.errors import SecondFactorRequiredError
from visitors import OURS, PASSWORD, Visitor

POLICY = {"second_factor": "required", "second_factor_after": ("wallet", "password")}


def test_a_first_proof_of_one_is_no_second_of_another(make_auth, gatewright_settings, register, link, alice, bob):
    """Or whoever has a wallet of their own would need nothing but a password of somebody else's, and the reverse."""
    auth = make_auth(settings=gatewright_settings.with_values(**POLICY))

    def give_password(visitor, username):
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().login(username, PASSWORD, OURS)

    def sign(visitor, wallet):
        challenge = auth.generate_challenge(wallet.address)
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().login_with_wallet(wallet.address, challenge, wallet.sign(challenge))

    for username, wallet in (("carol", alice), ("mallory", bob)):
        register(auth, username)
        link(auth, username, wallet)
    by_wallet, by_password = Visitor(auth), Visitor(auth)
    give_password(by_wallet, "mallory")
    sign(by_wallet, alice)
    sign(by_password, bob)
    give_password(by_password, "carol")

    for visitor in (by_wallet, by_password):
        assert visitor.request().is_guest()
        assert visitor.request().pending_user().username == "carol"
    by_wallet.request().prove("password", {"password": PASSWORD})
    proofs = by_wallet.request().current_session().proofs
    assert [proof.method for proof in proofs] == ["wallet", "password"]


def test_who_needs_no_more_signs_in(begin_sign_in, app, register, auth):
    """Nothing of the one who came first is left in the browser, or counts."""
    register(auth, "dave")
    visitor = begin_sign_in()
    visitor.request().login("dave", PASSWORD, OURS)

    session = visitor.request().current_session()
    assert (session.username, [proof.method for proof in session.proofs]) == ("dave", ["password"])
    assert visitor.request().pending_user() is None


def test_what_one_sets_up_is_theirs_while_another_begins(app, register, auth, clock):
    """And so is what they are told of it: that their other sessions end, though the other one has an app."""
    register(auth, "dave")
    visitor, elsewhere = Visitor(auth), Visitor(auth)
    for each in (visitor, elsewhere):
        each.request().login("dave", PASSWORD, OURS)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().login("carol", PASSWORD, OURS)
    assert visitor.request().user().username == "dave"
    assert visitor.request().pending_user().username == "carol"
    assert visitor.request().ends_other_sessions("totp")
    enrol_app(visitor.request(), clock)

    assert [each.username for each in visitor.request().authenticators()] == ["dave"]
    assert elsewhere.request().is_guest()
