"""Forms that are out of date: another tab has signed in or out, or the browser has lost its cookie."""

from __future__ import annotations

import re

import pytest

from gatewright.testing import Wallet
from gatewright.web import AuthController

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"
SAID = "This form had expired, so nothing was changed."
HEADERS = [[], [("Sec-Fetch-Site", "same-origin")]]


@pytest.fixture
def at_home(browser, anna, log_in):
    """Anna's browser, signed in."""
    log_in(browser)
    return browser


def assert_again(page, path, /, **typed):
    """The page says why, and has the form as it was typed, without passwords; return it."""
    form = page.form(path, **typed)
    assert (page.status, SAID in page.text) == (403, True)
    assert PASSWORD not in page.text
    assert NEW_PASSWORD not in page.text
    return form


@pytest.mark.parametrize("headers", HEADERS, ids=["silent", "same-origin"])
def test_who_has_signed_in_in_another_tab_goes_on(pages, browser, anna, people, log_in, headers):
    """As whoever they are by then, whatever the second tab holds."""
    people.create_user("ben", password=PASSWORD, is_verified=True)
    tabs = [browser.get("/login?next=/orders%3Fpage=2").form("/login") for _ in range(2)]
    log_in(browser)
    before = people.list_audit()

    for tab in tabs:
        for typed in ({"email": "anna", "password": PASSWORD}, {"email": "ben", "password": PASSWORD}, {}):
            answer = browser.submit(tab, **typed, headers=headers)
            assert (answer.status, answer.location) == (303, "/orders?page=2")
    assert pages.user_of(browser).username == "anna"
    assert people.list_audit() == before


def test_who_is_remembered_goes_on_too(pages, browser, anna, log_in):
    """A browser that is known needs no form to be known."""
    form = browser.get("/login").form("/login")
    log_in(browser, remember_me="on")
    del browser.cookies["gatewright"]

    assert browser.submit(form, email="anna", password=PASSWORD).location == "/"


@pytest.mark.parametrize("path", ["/login", "/signup"])
def test_every_form_for_guests_goes_on(browser, anna, log_in, path):
    """The wallet's two and the signup as well."""
    page = browser.get(f"{path}?next=/orders")
    log_in(browser)

    for form in page.forms:
        typed = {name: "x" for name in form.fields if name not in ("csrf_token", "next")}
        assert browser.submit(form, **typed).location == "/orders"


def test_a_wallet_that_signs_twice_goes_on(browser, alice):
    """A second press of the button, while the first is still on its way."""
    first = browser.get("/login?next=/orders").form("/login/wallet")
    step = browser.submit(first, evrmore_address=alice.address).form(evrmore_address=alice.address)
    signature = alice.sign(step.fields["challenge"])

    for _ in range(2):
        assert browser.submit(step, signature=signature).location == "/orders"


@pytest.mark.parametrize("lose", [lambda browser: browser.cookies.clear(), lambda browser: None])
@pytest.mark.parametrize("headers", HEADERS, ids=["silent", "same-origin"])
def test_signing_out_twice_is_done(browser, at_home, lose, headers):
    """The second tab wants what the first has done, with and without the cookie that is left."""
    tabs = [browser.get("/account").form("/logout") for _ in range(2)]
    first = browser.submit(tabs[0])
    lose(browser)
    second = browser.submit(tabs[1], headers=headers)

    assert (second.status, second.location) == (first.status, first.location) == (303, "/")


def test_signing_out_twice_keeps_what_a_guest_has_gathered(pages, browser, at_home):
    """Nothing is done on a token that is not the visit's, harmless as it may be."""
    form = browser.get("/account").form("/logout")
    browser.submit(form)
    page = browser.get("/login")
    browser.submit(form)

    assert browser.submit(page.form("/login"), email="anna", password=PASSWORD).location == "/"


def test_an_old_logout_asks_again(pages, browser, at_home, log_in):
    """Who has signed out and in again is signed in, and a form of before ends nothing."""
    form = browser.get("/account").form("/logout")
    browser.submit(form)
    log_in(browser)
    again = assert_again(browser.submit(form), "/logout")

    assert pages.user_of(browser) is not None
    assert browser.submit(again).location == "/"
    assert pages.user_of(browser) is None


def test_a_login_is_shown_again(pages, browser, anna):
    """With the name, the tick and the place to go on to, but not the password; then it works."""
    form = browser.get("/login?next=/orders").form("/login")
    browser.cookies.clear()
    page = browser.submit(form, email="anna", password=PASSWORD, remember_me="1")
    again = assert_again(page, "/login", email="anna", remember_me="1", next="/orders", password="")

    assert pages.user_of(browser) is None
    assert browser.submit(again, password=PASSWORD).location == "/orders"


def test_a_login_page_of_ones_own_is_shown_again(make_pages, anna):
    """Whatever the application's controller renders, with the message for it."""

    class Controller(AuthController):
        def get_user_provider(self):
            return "SQLUserProvider"

        def login(self, visit):
            said = visit.guard.messages()
            return f'<form method="post"><input name="csrf_token" value="{visit.csrf_token()}">{said}</form>'

    browser = make_pages(controller=Controller()).browser()
    page = browser.post("/login", {"email": "anna", "password": PASSWORD})

    assert (page.status, "ERR_FORM_EXPIRED" in page.text) == (403, True)
    assert browser.submit(page.form("/login"), email="anna", password=PASSWORD).location == "/"


def test_a_signup_is_shown_again(browser, people):
    """With everything that was typed, apart from the passwords."""
    form = browser.get("/signup?next=/orders").form("/signup")
    browser.cookies.clear()
    typed = {"email": "ben@example.com", "first_name": "Ben", "last_name": "<b>"}
    secrets = {"password": PASSWORD, "password_confirm": PASSWORD}
    again = assert_again(browser.submit(form, **typed, **secrets), "/signup", **typed, next="/orders", password="")

    assert people.list_users() == []
    assert browser.submit(again, **secrets).status == 200
    assert [user.email for user in people.list_users()] == ["ben@example.com"]


@pytest.mark.parametrize("path", ["/password-reset", "/email_verification"])
def test_a_wish_for_a_mail_is_shown_again(browser, people, anna, path):
    """With the address, and no mail so far."""
    form = browser.get(f"{path}?next=/orders").form(path)
    browser.cookies.clear()
    again = assert_again(browser.submit(form, email="anna@example.com"), path, email="anna@example.com", next="/orders")

    assert people.list_queued_mails() == []
    assert browser.submit(again).status == 200


def test_the_page_of_a_link_is_shown_again(pages, browser, anna, people, mailbox, link_in, log_in):
    """The link is not spent; also where the visitor has signed in in another tab meanwhile."""
    people.create_user("ben", email="ben@example.com", password=PASSWORD)
    for path, email in (("/password-reset", "anna@example.com"), ("/email_verification", "ben@example.com")):
        browser.submit(browser.get(path).form(path), email=email)
    pages.call(pages.site.auth.deliver_mails())
    links = [link_in(mail) for mail in mailbox.mails]
    forms = [browser.get(link).form(link) for link in links]
    log_in(browser)
    secrets = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}

    for form, link in zip(forms, links, strict=True):
        typed = secrets if "password" in link else {}
        again = assert_again(browser.submit(form, **typed), link)
        assert browser.submit(again, **typed).location == "/login"


def test_a_proof_is_asked_for_again(browser, anna, log_in):
    """The password is typed anew, and leads to where the first would have."""
    log_in(browser)
    form = browser.get("/confirm_password?next=/orders").form("/confirm_password")
    log_in_again = browser.post("/confirm_password", form.fields | {"password": PASSWORD})
    again = assert_again(browser.submit(form, password=PASSWORD), "/confirm_password", next="/orders")

    assert log_in_again.location == "/orders"
    assert browser.submit(again, password=PASSWORD).location == "/orders"


def test_a_proof_by_wallet_is_asked_for_again(browser, alice):
    """The challenge is still good: what was signed need not be signed once more."""
    first = browser.get("/login").form("/login/wallet")
    step = browser.submit(first, evrmore_address=alice.address).form(evrmore_address=alice.address)
    browser.submit(step, signature=alice.sign(step.fields["challenge"]))
    form = browser.get("/confirm_password?next=/orders").form("/confirm_password")
    step = browser.submit(form, evrmore_address=alice.address).form("/confirm_password", next="/orders")
    signature = alice.sign(step.fields["challenge"])
    again = assert_again(
        browser.submit(step, csrf_token="old", signature=signature), "/confirm_password", signature=signature
    )

    assert browser.submit(again).location == "/orders"


def test_a_wallets_address_is_shown_again(browser, alice):
    """In the first step; the second begins anew where the browser has lost its challenge."""
    form = browser.get("/login?next=/orders").form("/login/wallet")
    step = browser.submit(form, evrmore_address=alice.address).form(evrmore_address=alice.address)
    for late in (form, step):
        browser.cookies.clear()
        page = browser.submit(late, evrmore_address=alice.address, signature="x")
        again = assert_again(page, "/login/wallet", evrmore_address=alice.address, next="/orders")
        assert "challenge" not in again.fields


class TestTheAccount:
    """A change of the password in another tab has made a new token."""

    @pytest.fixture
    def tab(self, at_home):
        """The account page as it was before."""
        page = at_home.get("/account")
        typed = {"current_password": PASSWORD, "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
        assert at_home.submit(page.form("/account", action="password"), **typed).status == 303
        at_home.get("/account")
        return page

    def test_the_profile_is_shown_again(self, at_home, tab, people):
        """As it was typed."""
        page = at_home.submit(tab.form("/account", action="profile"), first_name="Anna", last_name="Miller")
        assert_again(page, "/account", action="profile", first_name="Anna", last_name="Miller")
        saved = at_home.submit(page.form("/account", action="profile"))

        assert saved.location == "/account"
        assert people.get_profile("anna") == {"first_name": "Anna", "last_name": "Miller"}

    def test_the_passwords_are_typed_anew(self, at_home, tab, people):
        """None of the three is on the page, and none has been changed."""
        typed = {"current_password": NEW_PASSWORD, "password": PASSWORD, "password_confirm": PASSWORD}
        assert_again(at_home.submit(tab.form("/account", action="password"), **typed), "/account")

        assert people.attempt("anna", NEW_PASSWORD, "SQLUserProvider").username == "anna"

    def test_a_wallets_address_is_shown_again(self, at_home, tab):
        """In the form that links it, whatever was not linked."""
        page = at_home.submit(tab.form("/account", action="link_wallet"), evrmore_address="EXXXX")
        assert_again(page, "/account")

        assert page.form("/account", action="link_wallet").fields["evrmore_address"] == "EXXXX"

    def test_a_signature_is_shown_again(self, at_home, anna, people):
        """The challenge is still this browser's, and the signature need not be made anew."""
        wallet = Wallet.new("another")
        form = at_home.get("/account").form("/account", action="link_wallet")
        step = at_home.submit(form, evrmore_address=wallet.address).form("/account", action="link_wallet")
        signature = wallet.sign(step.fields["challenge"])
        again = assert_again(
            at_home.submit(step, csrf_token="old", signature=signature), "/account", action="link_wallet"
        )

        assert people.list_wallets("anna") == []
        assert at_home.submit(again).location == "/account"
        assert people.list_wallets("anna") == [wallet.address]

    @pytest.mark.parametrize("action", ["revoke_session", "revoke_other_sessions", "unlink_wallet", "nonsense"])
    def test_what_is_a_button_only_leads_to_the_page(self, pages, at_home, tab, people, log_in, action):
        """It says that nothing has been done, and has the button."""
        log_in(pages.browser(), password=NEW_PASSWORD)
        session, _ = people.list_sessions(people.get_user("anna").id)
        fields = {"action": action, "session_id": session.id, "evrmore_address": "EXXXX"}
        token = re.search(r'name="csrf_token" value="(\w+)"', tab.text)[1]
        page = at_home.post("/account", fields | {"csrf_token": token})

        assert_again(page, "/account")
        assert len(people.list_sessions(people.get_user("anna").id)) == 2
        assert page.form("/account", action="link_wallet").fields["evrmore_address"] == ""
