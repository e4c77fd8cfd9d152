"""The account page: profile, password, wallets, sessions; and the proof that a remembered visitor owes."""

from __future__ import annotations

import pytest

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"


@pytest.fixture
def at_home(browser, anna, log_in):
    """Anna's browser, signed in."""
    log_in(browser)
    return browser


@pytest.fixture
def remembered(pages, anna, log_in):
    """A browser that is remembered, after its session has ended."""
    browser = pages.browser()
    log_in(browser, remember_me="on")
    del browser.cookies["gatewright"]
    return browser


def act(browser, action, **fields):
    """Send one of the account page's forms."""
    marks = {name: fields[name] for name in ("session_id",) if name in fields}
    return browser.submit(browser.get("/account").form("/account", action=action, **marks), **fields)


def test_a_guest_is_led_to_the_login(browser):
    """And from there back."""
    assert browser.get("/account").location == "/login?next=%2Faccount"


def test_the_link_of_a_notice_leads_to_the_sessions(at_home, pages):
    """At once where the visitor is signed in, and after a sign-in where they are not."""
    assert at_home.get("/account?show=sessions").location == "/account#sessions"
    assert '<div class="card" id="sessions">' in at_home.get("/account").text

    guest = pages.browser()
    to_login = guest.get("/account?show=sessions").location
    signed_in = guest.submit(guest.get(to_login).form("/login"), email="anna@example.com", password=PASSWORD)
    assert signed_in.location == "/account?show=sessions"


def test_the_page_says_who_is_signed_in_where(at_home):
    """Account, address, device."""
    text = at_home.get("/account").text

    assert "anna@example.com" in text
    assert "203.0.113.7" in text


def test_a_form_with_a_password_says_whose(at_home, people):
    """For password managers. What is sent of it means nothing."""
    people.create_user("eve", password=PASSWORD)
    for path, action in (("/account", {"action": "password"}), ("/confirm_password", {})):
        form = at_home.get(path).form(path, **action)
        assert form.fields["username"] == "anna@example.com"

    proven = at_home.submit(form, username="eve", password=PASSWORD)
    assert (proven.status, proven.location) == (303, "/account")


def test_the_profile_is_kept(at_home, people):
    """What the fields say, and nothing else."""
    saved = act(at_home, "profile", first_name=" Anna ", last_name="Miller")
    page = at_home.follow(saved)

    assert saved.location == "/account"
    assert "Your profile has been saved." in page.text
    assert people.get_profile("anna") == {"first_name": "Anna", "last_name": "Miller"}
    assert page.form("/account", action="profile").fields["first_name"] == "Anna"
    assert act(at_home, "profile", first_name="x" * 50).status == 422


def test_no_profile_makes_an_administrator(at_home, people):
    """Fields that the form does not have are ignored."""
    form = at_home.get("/account").form("/account", action="profile")
    at_home.post("/account", form.fields | {"first_name": "A", "roles": "admin", "is_admin": "1", "email": "x@y.z"})
    user = people.get_user("anna")

    assert (user.roles, user.email) == ((), "anna@example.com")
    assert people.get_profile("anna") == {"first_name": "A"}


def test_a_changed_password_ends_all_other_sessions(pages, at_home, log_in):
    """This visit stays, in a new session."""
    elsewhere = pages.browser()
    log_in(elsewhere)
    before = dict(at_home.cookies)
    answer = act(at_home, "password", current_password=PASSWORD, password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)
    copied = pages.browser()
    copied.cookies = before

    assert "Your password has been changed." in at_home.follow(answer).text
    assert pages.user_of(at_home).username == "anna"
    assert pages.user_of(elsewhere) is None
    assert pages.user_of(copied) is None
    assert log_in(pages.browser(), password=NEW_PASSWORD).location == "/"


def test_the_mail_about_it_is_in_the_visitors_language(pages, log_in, anna, people):
    """Like every other mail that a visitor causes."""
    browser = pages.browser(language="de")
    log_in(browser)
    act(browser, "password", current_password=PASSWORD, password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)

    assert [(mail.kind, mail.language) for mail in people.list_queued_mails()] == [("password_changed", "de")]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"current_password": "wrong"}, "The current password is wrong."),
        ({"password": "short", "password_confirm": "short"}, "This password is too short."),
        ({"password_confirm": "another"}, "The two passwords do not match."),
    ],
)
def test_a_refused_change_is_explained(at_home, pages, log_in, fields, text):
    """At its field, and the old password still holds."""
    typed = {"current_password": PASSWORD, "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD} | fields
    page = act(at_home, "password", **typed)

    assert page.status == 422
    assert text in page.text
    assert log_in(pages.browser()).location == "/"


def test_the_current_password_cannot_be_guessed_here(at_home):
    """The limit is the login's."""
    typed = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    pages = [act(at_home, "password", current_password="wrong", **typed) for _ in range(4)]
    blocked = act(at_home, "password", current_password=PASSWORD, **typed)

    assert all("current password is wrong" in page.text for page in pages)
    assert "Too many failed attempts." in blocked.text


def test_a_wallet_is_linked_and_unlinked(pages, at_home, people, alice):
    """Proved by a signature over a challenge of this browser."""
    step = act(at_home, "link_wallet", evrmore_address=alice.address)
    form = step.form("/account", action="link_wallet")
    linked = at_home.submit(form, signature=alice.sign(form.fields["challenge"]))
    assert "has been linked" in at_home.follow(linked).text
    assert people.list_wallets("anna") == [alice.address]

    unlinked = act(at_home, "unlink_wallet")
    assert "has been unlinked" in at_home.follow(unlinked).text
    assert people.list_wallets("anna") == []


def test_the_only_way_in_is_not_offered_for_unlinking(pages, people, alice, bob):
    """Nor is it unlinked by a form of one's own; of two wallets, each can go."""
    browser = pages.browser()
    step = browser.submit(browser.get("/login").form("/login/wallet"), evrmore_address=alice.address)
    form = step.form("/login/wallet")
    browser.submit(form, signature=alice.sign(form.fields["challenge"]))

    alone = browser.get("/account")
    form = alone.form("/account", action="link_wallet")
    forged = browser.submit(form, action="unlink_wallet", evrmore_address=alice.address)
    challenge = people.generate_challenge(bob.address)
    proof = {"evrmore_address": bob.address, "challenge": challenge, "signature": bob.sign(challenge)}
    people.link_wallet(alice.address, actor="test", **proof)

    assert ("Unlink" in alone.text, forged.status) == (False, 422)
    assert browser.get("/account").text.count("Unlink") == 2


def test_a_wallet_of_somebody_else_is_not_linked(pages, at_home, people, sign_in, alice):
    """It stays theirs."""
    sign_in(people, alice)
    step = act(at_home, "link_wallet", evrmore_address=alice.address)
    form = step.form("/account", action="link_wallet")
    page = at_home.submit(form, signature=alice.sign(form.fields["challenge"]))

    assert page.status == 409
    assert "already belongs to an account" in page.text
    assert people.list_wallets("anna") == []


def test_one_session_is_ended(pages, at_home, log_in):
    """The other device is out, this one is not."""
    phone = pages.browser(user_agent="Mozilla/5.0 (iPhone) Safari/605")
    log_in(phone)
    page = at_home.get("/account")
    (other,) = [form for form in page.forms if form.fields.get("action") == "revoke_session"]
    answer = at_home.submit(other)

    assert "Safari on iPhone" in page.text
    assert "has been ended" in at_home.follow(answer).text
    assert pages.user_of(phone) is None
    assert pages.user_of(at_home) is not None


def test_all_other_sessions_are_ended(pages, at_home, log_in):
    """At once."""
    others = [pages.browser() for _ in range(3)]
    for other in others:
        log_in(other)
    act(at_home, "revoke_other_sessions")

    assert [pages.user_of(other) for other in others] == [None] * 3
    assert pages.user_of(at_home) is not None


def test_nobody_ends_somebody_elses_session(pages, at_home, people, log_in):
    """It is not there."""
    people.create_user("ben", password=PASSWORD, is_verified=True)
    ben = pages.browser()
    log_in(ben, "ben")
    (session,) = people.list_sessions(people.get_user("ben").id)
    form = at_home.get("/account").form("/account", action="profile")
    answer = at_home.post("/account", form.fields | {"action": "revoke_session", "session_id": session.id})

    assert answer.status == 404
    assert pages.user_of(ben) is not None


def test_an_unknown_action_is_refused(at_home):
    """With nothing done."""
    form = at_home.get("/account").form("/account", action="profile")

    assert at_home.post("/account", form.fields | {"action": "make_me_king"}).status == 400


def test_a_remembered_visitor_is_known(pages, remembered):
    """By name, in a new session, with a new token."""
    before = remembered.cookies["gatewright-remember"]
    page = remembered.get("/account")

    assert "anna@example.com" in page.text
    assert remembered.cookies["gatewright-remember"] != before
    assert pages.user_of(remembered).username == "anna"


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "profile", "first_name": "Eve"},
        {"action": "link_wallet", "evrmore_address": "E"},
        {"action": "revoke_other_sessions"},
        {"action": "password", "current_password": PASSWORD, "password": NEW_PASSWORD},
    ],
)
def test_a_remembered_visitor_must_prove_themselves_first(remembered, people, fields):
    """Whoever found an open browser changes nothing."""
    form = remembered.get("/account").form("/logout")
    answer = remembered.post("/account", {"csrf_token": form.fields["csrf_token"], **fields})

    assert answer.location == "/confirm_password?next=%2Faccount"
    assert people.get_profile("anna") == {}


def test_the_password_proves_them(pages, remembered, people):
    """In a new session, and they are led back."""
    remembered.get("/account")
    before = dict(remembered.cookies)
    form = remembered.get("/confirm_password?next=/orders").form("/confirm_password")
    wrong = remembered.submit(form, password="wrong")
    right = remembered.submit(wrong.form("/confirm_password"), password=PASSWORD)
    copied = pages.browser()
    copied.cookies = {"gatewright": before["gatewright"]}

    assert (wrong.status, right.location) == (422, "/orders")
    assert act(remembered, "profile", first_name="Anna").location == "/account"
    assert pages.user_of(copied) is None


def test_a_proof_that_cannot_be_looked_at_is_told(remembered, sql):
    """A database that is not available is no wrong password: try again later."""
    form = remembered.get("/confirm_password").form("/confirm_password")
    sql("DROP TABLE attempts")
    answer = remembered.submit(form, password=PASSWORD)

    assert (answer.status, answer.header("retry-after")) == (503, "5")


def test_a_link_that_cannot_be_made_is_told(at_home, sql, alice):
    """Nor is it a wrong address."""
    form = at_home.get("/account").form("/account", action="link_wallet")
    sql("DROP TABLE challenges")
    answer = at_home.submit(form, evrmore_address=alice.address)

    assert (answer.status, answer.header("retry-after")) == (503, "5")


def test_a_wallet_proves_who_has_no_password(pages, alice, people):
    """By a signature; a remembered wallet user is asked for it."""
    browser = pages.browser()
    step = browser.submit(browser.get("/login").form("/login/wallet"), evrmore_address=alice.address)
    form = step.form("/login/wallet")
    browser.submit(form, signature=alice.sign(form.fields["challenge"]))
    step = browser.submit(browser.get("/confirm_password").form("/confirm_password"), evrmore_address=alice.address)
    form = step.form("/confirm_password")
    answer = browser.submit(form, signature=alice.sign(form.fields["challenge"]))

    assert (answer.status, answer.location) == (303, "/account")


def test_the_cookies_name_is_a_setting(make_pages, anna, log_in):
    """Beside another application on the same host, say."""
    pages = make_pages(remember_me_cookie="shop-remember")
    browser = pages.browser()
    log_in(browser, remember_me="on")
    del browser.cookies["gatewright"]

    assert list(browser.cookies) == ["shop-remember"]
    assert pages.user_of(browser).username == "anna"


def test_several_requests_at_once_are_no_theft(pages, remembered):
    """A browser sends several with the same cookie, within seconds."""
    same = dict(remembered.cookies)
    twin = pages.browser()
    remembered.get("/account")
    twin.cookies = same

    assert "anna@example.com" in twin.get("/account").text
    assert pages.user_of(remembered) is not None


@pytest.mark.parametrize("cookie", ["", "x", "a.b", "a" * 5000, "ü", ".", "%00.x"])
def test_a_nonsense_cookie_is_a_guests(pages, cookie):
    """And is deleted where it was one."""
    browser = pages.browser()
    browser.cookies = {"gatewright-remember": cookie, "gatewright": cookie}

    assert browser.get("/account").status == 303
    assert pages.user_of(browser) is None
