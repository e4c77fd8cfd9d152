"""Attacks on remembered browsers."""

from __future__ import annotations

import pytest

import target_applications as views
from targets import PASSWORD

NEW = "quiet lamp under seven hills"


def remembered_of(browser):
    """Return the cookie of a browser that remembers, as a browser has it that was closed in between."""
    return {name: value for name, value in browser.cookies.items() if "remember" in name}


def holding(target, cookies):
    """Return a browser that has only these cookies."""
    browser = target.browser()
    browser.cookies = dict(cookies)
    return browser


@pytest.fixture
def owner(target, anna):
    """Anna's browser, which is remembered; its session has ended."""
    browser = target.browser()
    target.log_in(browser, remember_me="on")
    browser.cookies = remembered_of(browser)
    assert browser.cookies
    return browser


def test_replaying_a_stolen_cookie_that_its_owner_has_used(target, owner, clock):
    """The theft is noticed, and ends all that remembers the user; it is in the audit record."""
    other = target.browser()
    target.log_in(other, remember_me="on")
    stolen = dict(owner.cookies)
    for _ in range(2):
        assert target.who(owner) == "anna"
        owner.cookies = remembered_of(owner)
        clock.advance(minutes=2)

    assert target.who(holding(target, stolen)) is None
    assert [target.who(holding(target, remembered_of(each))) for each in (owner, other)] == [None, None]
    assert len(target.auth.list_audit(event="remember_me_theft")) == 1


@pytest.mark.parametrize("end", ["logout", "password", "deactivated", "deleted"])
def test_replaying_a_cookie_after_its_owner_has_ended_it(target, owner, end):
    """Signing out, changing the password, and the end of the account are the end of it everywhere."""
    assert target.who(owner) == "anna"
    stolen = remembered_of(owner)
    if end == "logout":
        owner.submit(owner.get("/account").form("/logout"))
    elif end == "password":
        target.auth.set_password("anna", NEW)
    elif end == "deactivated":
        target.auth.disable_user("anna")
    else:
        target.auth.delete_user(target.auth.get_user("anna").id)

    assert target.who(holding(target, stolen)) is None
    assert target.who(owner) is None


def test_replaying_a_cookie_after_its_end(target, owner, clock):
    """A browser can be told another date; the server keeps its own."""
    stolen = dict(owner.cookies)
    clock.advance(days=15)
    assert target.who(holding(target, stolen)) is None


def test_acting_as_its_owner_in_a_remembered_browser(target, owner, alice):
    """Whoever finds an open browser reads, and changes nothing: each act asks for a proof first."""
    owner.get("/account")
    token = owner.get("/account").form("/logout").fields["csrf_token"]
    acts = [
        {"action": "profile", "first_name": "Eve"},
        {"action": "username", "username": "eve"},
        {"action": "email", "email": "eve@evil.example"},
        {"action": "password", "password": NEW, "password_confirm": NEW},
        {"action": "link_wallet", "evrmore_address": alice.address},
        {"action": "revoke_other_sessions"},
    ]
    for act in acts:
        page = owner.post("/account", {"csrf_token": token, **act})
        assert page.location.startswith("/confirm_password"), act
        status, problem = target.call(owner, "/api/account", act)
        assert (status, problem["code"]) == (403, "not_fully_authenticated"), act
    for path in ("/account/delete", "/account/export", "/account/methods/totp"):
        assert target.call(owner, f"/api{path}", {"action": "begin"})[0] == 403

    user = target.auth.get_user("anna")
    assert (user.email, target.auth.get_profile("anna")) == ("anna@example.com", {})
    assert target.log_in(target.browser()).location == "/"


def test_reaching_a_protected_page_in_a_remembered_browser(application, anna):
    """A view that demands a real sign-in, or a fresh one, leads to the proof; and a guest to the login."""
    browser = application.browser()
    application.log_in(browser, remember_me="on")
    browser.cookies = remembered_of(browser)
    assert browser.get(views.PRIVATE).status == 200
    for path in (views.SENSITIVE, views.RECENT, views.STRONG):
        assert browser.get(path).location.startswith("/confirm_password")
        assert application.browser().get(path).location.startswith("/login")


def test_proving_oneself_as_somebody_else(target, owner, alice):
    """Another user's password, another's wallet, and many guesses do not make a remembered browser a signed-in one."""
    target.register("mallory", password=NEW)
    form = owner.get("/confirm_password").form("/confirm_password")
    assert owner.submit(form, password=NEW).status == 422
    assert owner.submit(form, password=None, evrmore_address=alice.address).status == 422
    challenge = target.auth.generate_challenge(alice.address)
    signed = {"evrmore_address": alice.address, "challenge": challenge, "signature": alice.sign(challenge)}
    assert target.call(owner, "/api/confirm_password", signed | {"method": "wallet"})[0] >= 400
    assert target.call(owner, "/api/confirm_password", {"password": NEW, "email": "mallory"})[0] >= 400
    answers = [target.call(owner, "/api/confirm_password", {"password": f"guess {n}"}) for n in range(4)]

    assert answers[-1][1]["code"] == "login_attempt_blocked"
    assert owner.submit(form, password=PASSWORD).status != 303
    page = owner.post("/account", {**owner.get("/account").form("/logout").fields, "action": "profile"})
    assert page.location.startswith("/confirm_password")
