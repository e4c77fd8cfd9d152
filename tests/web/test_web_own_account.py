"""The account as a whole, on its pages: another name, another email address, a copy of the data, and its end."""

from __future__ import annotations

import json
import re

import pytest

from gatewright import Denied, MemoryUserProvider
from gatewright.providers.user_provider import default_hasher
from gatewright.testing import Wallet

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"
JSON = ("Content-Type", "application/json")


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


@pytest.fixture
def wallet():
    return Wallet.new("alice")


@pytest.fixture
def by_wallet(pages, browser, wallet):
    """A browser that has signed in with a wallet alone."""
    sign_in_with(browser, wallet)
    return browser


def sign_in_with(browser, wallet, *, path="/login", action="/login/wallet"):
    """Sign a challenge on whichever page asks for a wallet, and return where that leads."""
    step = browser.submit(browser.get(path).form(action), evrmore_address=wallet.address)
    signing = step.form(action, evrmore_address=wallet.address)
    return browser.submit(signing, signature=wallet.sign(signing.fields["challenge"]))


def act(browser, action, **fields):
    """Send one of the account page's forms."""
    return browser.submit(browser.get("/account").form("/account", action=action), **fields)


def post(browser, path, **body):
    """Send JSON to one of the paths below /api."""
    return browser.send("POST", f"/api{path}", headers=[JSON], body=json.dumps(body).encode())


def delete(browser, **fields):
    """Send the form of the page that deletes the account."""
    return browser.submit(browser.get("/account/delete").form("/account/delete"), **fields)


def sent(pages, mailbox):
    """Deliver what waits, and return the mails by who they are for."""
    mailbox.mails.clear()
    pages.call(as_coroutine(pages.auth.deliver_mails()))
    return {mail.to: mail for mail in mailbox.mails}


async def as_coroutine(value):
    return await value if hasattr(value, "__await__") else value


class TestUsername:
    def test_it_changes_with_the_password(self, pages, at_home, people, log_in):
        """The visit and its other sessions go on, and the new name signs in; the old one does not."""
        elsewhere = pages.browser()
        log_in(elsewhere)
        answer = act(at_home, "username", username="Annette", current_password=PASSWORD)

        assert "Your username has been changed." in at_home.follow(answer).text
        assert [pages.user_of(browser).username for browser in (at_home, elsewhere)] == ["annette", "annette"]
        assert log_in(pages.browser(), "annette").location == "/"
        assert log_in(pages.browser(), "anna").location == "/login"

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            ({"username": "annette", "current_password": "wrong"}, "The current password is wrong."),
            ({"username": "", "current_password": PASSWORD}, "Please fill in this field."),
            ({"username": "bert", "current_password": PASSWORD}, "This username is already taken."),
            ({"username": "x@example.com", "current_password": PASSWORD}, "3 to 22 visible characters"),
            ({"username": "an\u200bna", "current_password": PASSWORD}, "3 to 22 visible characters"),
            ({"username": "x" * 23, "current_password": PASSWORD}, "This is too long."),
        ],
    )
    def test_a_mistake_changes_nothing(self, at_home, people, fields, complaint):
        """It is said beside the field, and only in the form that was sent; what was typed is still there."""
        people.create_user("bert")
        page = act(at_home, "username", **fields)

        assert page.status == 422
        assert page.text.count(complaint) == 1
        assert page.form("/account", action="username").fields["username"] == (fields["username"] or "anna")
        assert people.get_user("anna").username == "anna"

    def test_a_remembered_browser_goes_on_under_the_new_name(self, pages, at_home, anna, log_in, people):
        """It is remembered by the account, and not by what that was called."""
        other = pages.browser()
        log_in(other, remember_me="on")
        act(at_home, "username", username="annette", current_password=PASSWORD)
        del other.cookies["gatewright"]

        assert pages.user_of(other).username == "annette"


class TestEmail:
    @pytest.fixture
    def asked(self, at_home):
        return act(at_home, "email", email="New@example.com", current_password=PASSWORD)

    def test_nothing_changes_before_the_link_is_used(self, pages, at_home, asked, mailbox, people):
        """The link goes to the new address, a notice to the old; a look at the link changes nothing."""
        assert "we sent a link to it" in at_home.follow(asked).text
        mails = sent(pages, mailbox)
        link = link_of(mails["new@example.com"])

        assert sorted(mails) == ["anna@example.com", "new@example.com"]
        assert "email_change/" not in mails["anna@example.com"].text
        assert pages.browser().get(link).status == 200
        assert people.get_user("anna").email == "anna@example.com"

    def test_the_link_moves_the_account(self, pages, at_home, asked, mailbox, people, log_in):
        """In whatever browser; the sessions stay, the old address is told, and the link is spent."""
        link = link_of(sent(pages, mailbox)["new@example.com"])
        stranger = pages.browser()
        form = stranger.get(link).form(link)
        answer = stranger.submit(form)

        assert answer.location == "/login"
        assert "Your email address has been changed." in stranger.follow(answer).text
        user = people.get_user("new@example.com")
        assert (user.username, user.email, user.is_verified) == ("anna", "new@example.com", True)
        assert pages.user_of(at_home).email == "new@example.com"
        assert list(sent(pages, mailbox)) == ["anna@example.com"]
        assert stranger.submit(form).status == 410
        assert stranger.get(link).status == 410
        assert log_in(pages.browser(), "new@example.com").location == "/"
        assert log_in(pages.browser(), "anna@example.com").location == "/login"

    def test_the_owner_of_the_browser_is_led_to_the_account(self, pages, at_home, asked, mailbox):
        """Who is signed in need not sign in."""
        link = link_of(sent(pages, mailbox)["new@example.com"])
        answer = at_home.submit(at_home.get(link).form(link))

        assert answer.location == "/account"

    def test_a_taken_address_gets_the_same_answer(self, pages, at_home, mailbox, people):
        """And no mail: nobody learns who has an account."""
        people.create_user("bert", email="bert@example.com")
        answers = [
            at_home.follow(act(at_home, "email", email=email, current_password=PASSWORD))
            for email in ("bert@example.com", "free@example.com")
        ]
        pattern = re.compile(r'value="[^"]*"|203\.0\.113\.7|\d+')
        texts = {pattern.sub("", page.text) for page in answers}

        assert len(texts) == 1
        assert "bert@example.com" not in sent(pages, mailbox)

    def test_an_address_that_was_taken_meanwhile_is_said_to_be(self, pages, at_home, asked, mailbox, people):
        """To whoever reads its mail. The link is not spent."""
        link = link_of(sent(pages, mailbox)["new@example.com"])
        rival = people.create_user("rival", email="new@example.com")
        page = at_home.submit(at_home.get(link).form(link))

        assert page.status == 409
        assert "This email address belongs to another account." in page.text
        assert people.get_user("anna").email == "anna@example.com"
        people.delete_user(rival.id)
        assert at_home.submit(page.form(link)).location == "/account"

    @pytest.mark.parametrize(
        ("fields", "complaint"),
        [
            ({"email": "new@example.com", "current_password": "wrong"}, "The current password is wrong."),
            ({"email": "nonsense", "current_password": PASSWORD}, "Enter an email address such as name@example.com."),
            ({"email": "ANNA@example.com", "current_password": PASSWORD}, "already has this email address"),
        ],
    )
    def test_a_mistake_sends_nothing(self, pages, at_home, mailbox, fields, complaint):
        """It is said beside the field."""
        page = act(at_home, "email", **fields)

        assert page.status == 422
        assert page.text.count(complaint) == 1
        assert sent(pages, mailbox) == {}


class TestExport:
    def test_it_is_a_file_of_everything(self, at_home, people):
        """Downloaded, kept by no cache, without a hash or a secret."""
        people.set_profile("anna", {"city": "Zürich"})
        form = at_home.get("/account").form("/account/export")
        answer = at_home.submit(form, current_password=PASSWORD)
        headers = {name.lower(): value for name, value in answer.headers}
        document = json.loads(answer.text)

        assert answer.status == 200
        assert headers["content-disposition"] == 'attachment; filename="account.json"'
        assert headers["content-type"] == "application/json"
        assert headers["cache-control"] == "no-store"
        assert document["account"]["email"] == "anna@example.com"
        assert document["profile"] == {"city": "Zürich"}
        assert "Zürich" in answer.text
        assert document["sessions"][0]["ip_address"] == "203.0.113.7"
        assert "argon2" not in answer.text

    def test_it_needs_the_password(self, at_home):
        """The page says so beside its form."""
        form = at_home.get("/account").form("/account/export")
        page = at_home.submit(form, current_password="wrong")

        assert page.status == 422
        assert page.text.count("The current password is wrong.") == 1

    def test_its_address_leads_to_its_form(self, at_home, pages):
        """Whoever opens it by hand; a guest is led to the login."""
        assert at_home.get("/account/export").location == "/account"
        assert pages.browser().get("/account/export").location == "/login?next=%2Faccount%2Fexport"


class TestDeletion:
    def test_the_account_is_gone(self, pages, at_home, people, log_in, mailbox):
        """With every session and remembered browser; the owner is told, and may come again as a new person."""
        elsewhere, other = pages.browser(), pages.browser()
        log_in(elsewhere)
        log_in(other, remember_me="on")
        del other.cookies["gatewright"]
        answer = delete(at_home, current_password=PASSWORD)

        assert answer.location == "/login"
        assert "Your account has been deleted." in at_home.follow(answer).text
        assert [pages.user_of(each) for each in (at_home, elsewhere, other)] == [None] * 3
        assert people.list_users() == []
        assert log_in(pages.browser()).location == "/login"
        assert list(sent(pages, mailbox)) == ["anna@example.com"]

    def test_a_new_owner_of_the_name_opens_nothing(self, pages, at_home, people, log_in):
        """Cookies of the old account are nobody's."""
        copied = pages.browser()
        log_in(copied, remember_me="on")
        delete(at_home, current_password=PASSWORD)
        people.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)

        assert pages.user_of(copied) is None

    def test_a_wrong_password_deletes_nothing(self, pages, at_home, people):
        """Not even where none is asked for."""
        page = delete(at_home, current_password="wrong")

        assert page.status == 422
        assert pages.user_of(at_home).username == "anna"

    def test_no_other_form_deletes_anything(self, pages, at_home):
        """The token of the form is checked, and a look at the page does nothing."""
        form = at_home.get("/account/delete").form("/account/delete")
        page = at_home.submit(form, current_password=PASSWORD, csrf_token="nonsense")

        assert page.status == 403
        assert pages.user_of(at_home).username == "anna"

    def test_a_hook_can_refuse(self, pages, at_home):
        """Such as for the last administrator."""

        def refuse(user):
            raise Denied(f"{user.username} stays")

        pages.auth.add_hook("pre_account_deletion", refuse)

        assert delete(at_home, current_password=PASSWORD).status == 403
        assert pages.user_of(at_home).username == "anna"

    def test_it_can_be_switched_off(self, make_pages, anna, log_in):
        """Then neither the page nor the JSON API has it."""
        pages = make_pages(enable_account_deletion=False)
        browser = pages.browser()
        log_in(browser)

        assert "/account/delete" not in browser.get("/account").text
        assert browser.get("/account/delete").status == 404
        assert post(browser, "/account/delete", current_password=PASSWORD).status == 404


class TestRemembered:
    @pytest.mark.parametrize("action", ["username", "email"])
    def test_a_remembered_visitor_must_confirm_first(self, remembered, action):
        """As for every change of the account."""
        answer = act(remembered, action, username="x", email="x@example.com", current_password=PASSWORD)

        assert answer.location == "/confirm_password?next=%2Faccount"

    def test_and_cannot_see_the_page_of_deletion(self, remembered):
        """They are led back there when they have confirmed."""
        assert remembered.get("/account/delete").location == "/confirm_password?next=%2Faccount%2Fdelete"

    def test_nor_get_the_data(self, remembered):
        """Not even with the right password in the same form."""
        form = remembered.get("/account").form("/account/export")

        assert remembered.submit(form, current_password=PASSWORD).location.startswith("/confirm_password")


class TestWalletAlone:
    def test_a_fresh_signature_is_the_proof(self, pages, by_wallet, people, mailbox):
        """No form asks for a password that there is not."""
        page = by_wallet.get("/account")
        assert "current_password" not in page.text
        assert act(by_wallet, "username", username="alice").location == "/account"
        assert pages.user_of(by_wallet) is not None
        act(by_wallet, "email", email="alice@example.com")
        assert list(sent(pages, mailbox)) == ["alice@example.com"]
        exported = by_wallet.submit(by_wallet.get("/account").form("/account/export"))
        assert json.loads(exported.text)["account"]["username"] == "alice"
        assert delete(by_wallet).location == "/login"
        assert people.list_users() == []

    def test_an_old_one_is_renewed_first(self, pages, by_wallet, people, gatewright_clock, wallet):
        """The visitor signs once more, and is led back to where they were."""
        gatewright_clock.advance(minutes=11)
        confirmation = delete(by_wallet)

        assert confirmation.location == "/confirm_password?next=%2Faccount%2Fdelete"
        assert act(by_wallet, "username", username="alice").location == "/confirm_password?next=%2Faccount"
        assert len(people.list_users()) == 1
        back = sign_in_with(by_wallet, wallet, path=confirmation.location, action="/confirm_password")
        assert back.location == "/account/delete"
        assert delete(by_wallet).location == "/login"
        assert people.list_users() == []


class TestJson:
    def test_everything_has_its_path(self, pages, at_home, people, mailbox):
        """Rename, move, copy and delete as the forms do."""
        proof = {"current_password": PASSWORD}
        assert post(at_home, "/account", action="username", username="Annette", **proof).status == 204
        assert post(at_home, "/account", action="email", email="new@example.com", **proof).status == 204
        token = link_of(sent(pages, mailbox)["new@example.com"]).rpartition("/")[2]
        moved = pages.browser().send("POST", f"/api/email_change/{token}")
        assert json.loads(moved.text)["user"]["email"] == "new@example.com"
        copied = post(at_home, "/account/export", **proof)
        assert json.loads(copied.text)["account"]["username"] == "annette"
        assert post(at_home, "/account/delete", **proof).status == 204
        assert people.list_users() == []
        assert json.loads(at_home.send("GET", "/api/session").text)["user"] is None

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"current_password": "wrong"}, 401),
            ({"current_password": 1}, 422),
            ({"current_password": ""}, 422),
        ],
    )
    def test_each_refuses_a_wrong_password(self, at_home, people, body, status):
        """What is none is refused, of whatever kind, even where none is needed."""
        for path in ("/account/export", "/account/delete"):
            assert post(at_home, path, **body).status == status
        assert post(at_home, "/account", action="username", username="annette", **body).status == status
        assert [user.username for user in people.list_users()] == ["anna"]

    def test_a_guest_and_a_remembered_visitor_can_do_nothing(self, pages, remembered):
        """401 and 403."""
        for path in ("/account/export", "/account/delete"):
            assert post(pages.browser(), path, current_password=PASSWORD).status == 401
            answer = post(remembered, path, current_password=PASSWORD)
            assert (answer.status, json.loads(answer.text)["code"]) == (403, "not_fully_authenticated")

    def test_a_form_of_another_site_can_do_nothing(self, at_home, people):
        """A body that is no JSON is refused, and so is none."""
        for body in (b"", b"current_password=x"):
            kind = [("Content-Type", "application/x-www-form-urlencoded")]
            assert at_home.send("POST", "/api/account/delete", headers=kind, body=body).status == 415


class TestOtherProviders:
    def test_users_of_others_are_shown_nothing_of_it(self, make_pages, log_in):
        """Their names, addresses, passwords and ends are decided elsewhere, and no wallet is theirs."""
        theirs = MemoryUserProvider([{"email": "zoe", "password": default_hasher().hash(PASSWORD)}])
        pages = make_pages(auth={"providers": [theirs]}, user_provider="MemoryUserProvider")
        browser = pages.browser()
        log_in(browser, "zoe")
        page = browser.get("/account")
        token = page.form("/logout").fields["csrf_token"]

        assert page.status == 200
        assert "/account/delete" not in page.text
        assert "/account/export" not in page.text
        assert [form for form in page.forms if form.action == "/account"] == []
        assert "Password" in page.text
        assert "Wallets" not in page.text
        assert dead_links(page) == []
        assert browser.get("/account/delete").status == 404
        for path in ("/account/delete", "/account/export"):
            assert browser.post(path, {"csrf_token": token, "current_password": PASSWORD}).status == 404
            assert post(browser, path, current_password=PASSWORD).status == 422
        fields = {"csrf_token": token, "action": "username", "username": "x", "current_password": PASSWORD}
        assert browser.post("/account", fields).status == 422


@pytest.mark.parametrize("settings", [{}, {"methods": ("password", "totp")}])
def test_what_the_page_names_is_on_it(make_pages, anna, log_in, settings):
    """Such as wallets: where the settings leave them out, nothing leads to them."""
    browser = make_pages(**settings).browser()
    log_in(browser)
    page = browser.get("/account")

    assert ("Wallets" in page.text) is ("methods" not in settings)
    assert dead_links(page) == []


def test_where_passwords_are_none_of_the_methods_none_is_asked_for(make_pages, anna, log_in, gatewright_clock):
    """Whoever has one from before finds no form for it, and none that takes it in vain."""
    before = make_pages().browser()
    log_in(before)
    browser = make_pages(methods=("passkey", "wallet")).browser()
    browser.cookies |= before.cookies
    gatewright_clock.advance(minutes=30)
    page = browser.get("/account")

    assert "password" not in page.text.lower()
    assert "You can sign in with it" not in page.text  # with a username
    assert [form for form in page.forms if "current_password" in form.fields or "password" in form.fields] == []
    assert dead_links(page) == []


def dead_links(page):
    """Return the places of a page itself that it leads to, and that it has not."""
    ids = re.findall(r'id="([^"]+)"', page.text)
    return [place for place in re.findall(r'href="#([^"]+)"', page.text) if place not in ids]


def link_of(mail):
    """Return the path of the link in a mail."""
    return re.search(r"https?://[^/\s]+(/email_change/\S+)", mail.text)[1]
