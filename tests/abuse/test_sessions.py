"""Attacks on sessions."""

from __future__ import annotations

import pytest

from gatewright.testing import Wallet
from target_applications import EDIT, EDITORS, PRIVATE
from targets import COOKIE, LOGIN, PASSWORD, REMEMBER

NEW_PASSWORD = "purple monkey dishwasher rain"


@pytest.fixture
def copy_of(target):
    """Copy the cookies of a browser into another one."""

    def copy_of(browser):
        copied = target.browser()
        copied.cookies = dict(browser.cookies)
        return copied

    return copy_of


@pytest.fixture
def link(target):
    """Link a new wallet to somebody's account, and return it."""

    def link(username):
        wallet = Wallet.new(username)
        challenge = target.auth.generate_challenge(wallet.address)
        target.auth.link_wallet(
            username, evrmore_address=wallet.address, challenge=challenge, signature=wallet.sign(challenge)
        )
        return wallet

    return link


@pytest.fixture
def takes_token(target):
    """Say whether a token is good: by what its target lets programs read."""

    def takes_token(token):
        path = "/me" if target.private == "/account" else PRIVATE
        status, _, _ = target.send("GET", path, [("Authorization", f"Bearer {token}"), ("Accept", "application/json")])
        assert status in (200, 401)
        return status == 200

    return takes_token


def test_planting_ones_own_session_in_a_victims_browser(target, anna, browser, copy_of, mallory):
    """The victim gets one of their own, and the planted one is no more."""
    target.log_in_with_wallet(browser, mallory)
    victim = copy_of(browser)
    target.call(victim, "/api/login", LOGIN)

    assert target.who(victim) == "anna"
    assert target.who(browser) is None


def test_knowing_the_cookie_that_a_visitor_had_before(target, anna, browser, copy_of):
    """As a guest, and as a remembered visitor before the confirmation: what comes next has another one."""
    browser.get("/login")
    as_guest = copy_of(browser)
    target.log_in(browser, remember_me="on")
    assert target.who(browser) == "anna"
    assert target.who(as_guest) is None

    del browser.cookies[COOKIE]
    assert target.who(browser) == "anna"
    remembered = copy_of(browser)
    del remembered.cookies[REMEMBER]
    assert target.who(remembered) == "anna"
    assert target.call(browser, "/api/confirm_password", {"password": PASSWORD})[0] == 200
    assert target.who(browser) == "anna"
    assert target.who(remembered) is None


def test_inventing_a_session(target, anna, browser):
    """Nobody is signed in by it, and it is not taken over by whoever signs in."""
    for value in ("0" * 64, "1", anna.id, "eyJzZWNyZXQiOiAiYWRtaW4ifQ", "eyJhdXRoIjp7InNlY3JldCI6IngifX0.AAAA"):
        browser.cookies = {COOKIE: value, "sessionid": value, "session": value}
        assert target.who(browser) is None
        browser.cookies[COOKIE] = value
        target.call(browser, "/api/login", LOGIN)
        assert browser.cookies[COOKIE] != value
        assert target.who(browser) == "anna"


def log_out(target, user, browser, token):
    assert target.call(browser, "/api/logout", {})[0] == 204
    assert target.call(target.browser(), "/api/logout", {}, headers=[("Authorization", f"Bearer {token}")])[0] < 300


def revoke_each(target, user, browser, token):
    other = signed_in_elsewhere(target, user)
    for row in target.call(other, "/api/account")[1]["sessions"]:
        document = {"action": "revoke_session", "session_id": row["id"]}
        assert row["is_current"] or target.call(other, "/api/account", document)[0] == 204


def revoke_others(target, user, browser, token):
    other = signed_in_elsewhere(target, user)
    assert target.call(other, "/api/account", {"action": "revoke_other_sessions"})[0] == 204


def change_password(target, user, browser, token):
    document = {"action": "password", "current_password": PASSWORD, "password": NEW_PASSWORD}
    assert target.call(signed_in_elsewhere(target, user), "/api/account", document)[0] == 204


def reset_password(target, user, browser, token):
    target.call(target.browser(), "/api/password-reset", {"email": f"{user.username}@example.com"})
    assert target.call(target.browser(), "/api" + target.link(), {"password": NEW_PASSWORD})[0] == 204


def delete(target, user, browser, token):
    document = {"current_password": PASSWORD}
    assert target.call(signed_in_elsewhere(target, user), "/api/account/delete", document)[0] == 204


def deactivate(target, user, browser, token):
    target.auth.disable_user(user.username)


def deactivate_by_hand(target, user, browser, token):
    target.rows("UPDATE users SET is_active = ? WHERE id = ?", False, user.id)


ENDS = (log_out, revoke_each, revoke_others, change_password, reset_password, delete, deactivate, deactivate_by_hand)
"""Every way that sessions end."""


def signed_in_elsewhere(target, user):
    browser = target.browser()
    assert target.log_in(browser, user.username).location == "/"
    return browser


def test_using_a_session_that_has_been_ended(target, copy_of, link, takes_token):
    """Whichever way it ended, the next request is a guest's: with the cookie as with the token."""
    still_good = []
    for end in ENDS:
        user = target.register(end.__name__)
        token = target.token_of(link(user.username))
        browser = signed_in_elsewhere(target, user)
        stolen = copy_of(browser)
        assert (target.who(stolen), takes_token(token)) == (user.username, True)
        end(target, user, browser, token)
        still_good += [end.__name__] if target.who(stolen) or takes_token(token) else []

    assert still_good == []


def test_using_the_session_of_a_wallet_that_was_unlinked(target, anna, browser, link, takes_token):
    """Sessions that it opened end with it; those of other ways in stay."""
    wallet = link("anna")
    target.log_in_with_wallet(browser, wallet)
    token = target.token_of(wallet)
    owner = target.browser()
    target.log_in(owner)
    document = {"action": "unlink_wallet", "evrmore_address": wallet.address, "current_password": PASSWORD}
    assert target.call(owner, "/api/account", document)[0] == 204

    assert target.who(browser) is None
    assert not takes_token(token)
    assert target.who(owner) == "anna"


def test_using_a_role_that_has_been_taken_away(application, anna, browser):
    """It is gone with the next request, and nobody has to sign in again; the same for a permission."""
    auth = application.auth
    auth.create_role("editor")
    auth.create_permission("post.edit")
    auth.assign_role("editor", username="anna")
    auth.grant_permission("post.edit", role="editor")
    application.log_in(browser)
    assert [browser.get(path).status for path in (EDITORS, EDIT)] == [200, 200]
    auth.revoke_permission("post.edit", role="editor")
    assert [browser.get(path).status for path in (EDITORS, EDIT)] == [200, 403]
    auth.unassign_role("editor", username="anna")
    assert [browser.get(path).status for path in (EDITORS, EDIT)] == [403, 403]


def test_keeping_a_session_alive_for_ever(open_target):
    """It ends when nobody has used it for a while, and in the end however busy it is."""
    target = open_target(session_idle_minutes=30, session_days=0.125)
    target.register("anna")
    idle, busy = target.browser(), target.browser()
    target.log_in(idle)
    target.clock.advance(minutes=30, seconds=1)
    assert target.who(idle) is None

    target.log_in(busy)
    for _ in range(8):
        target.clock.advance(minutes=20)
        assert target.who(busy) == "anna"
    target.clock.advance(minutes=20, seconds=1)
    assert target.who(busy) is None


def test_meddling_with_the_sessions_of_others(target, anna, browser):
    """They are not listed, they are not ended, and nobody learns whether they are there."""
    target.register("mallory")
    target.log_in(browser)
    theirs = target.browser()
    target.log_in(theirs, "mallory")
    session_id = target.call(browser, "/api/account")[1]["sessions"][0]["id"]
    listed = target.call(theirs, "/api/account")[1]["sessions"]
    assert session_id not in [row["id"] for row in listed]
    answers = [
        target.call(theirs, "/api/account", {"action": "revoke_session", "session_id": each})
        for each in (session_id, "no-such-session", session_id.upper())
    ]

    assert answers == [answers[0]] * 3
    assert answers[0][0] == 404
    assert target.who(browser) == "anna"


def test_reading_what_names_a_session_in_the_list_of_sessions(target, anna, browser):
    """The list shows the identifier, which opens nothing; so does the page."""
    target.log_in(browser)
    document = target.call(browser, "/api/account")[1]
    page = browser.get("/account").text
    (row,) = document["sessions"]
    assert row.keys() == {"id", "ip_address", "user_agent", "created_at", "last_seen_at", "is_current"}
    for value in browser.cookies.values():
        assert value not in page
        assert value not in str(document)

    for name in (COOKIE, REMEMBER):
        thief = target.browser()
        thief.cookies = {name: row["id"]}
        assert target.who(thief) is None
