"""What a visitor proves themselves by: set up, renamed and removed, each with a fresh proof; and the confirmation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gatewright.testing import Wallet
from sample_methods import CODES, ExtraCode, ListedCode

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"
PAGE = "/account/methods/listed_code"
JSON = ("Content-Type", "application/json")


def post(browser, path, **body):
    return browser.send("POST", f"/api{path}", headers=[JSON], body=json.dumps(body).encode())


def code_of(page):
    return page.status, json.loads(page.text)["code"]


def methods_of(browser):
    return json.loads(browser.get("/api/account").text)["methods"]


@pytest.fixture
def pages(make_pages):
    return make_pages(auth={"methods": [ListedCode(), ExtraCode()]})


@pytest.fixture
def at_home(browser, anna, log_in):
    log_in(browser)
    return browser


@pytest.fixture
def enrolled(pages, anna, enrol):
    """A browser that has enrolled a list of codes."""
    return enrol(pages)


@pytest.fixture
def later(gatewright_clock):
    """Let so much time pass that no proof is fresh."""
    return lambda: gatewright_clock.advance(timedelta(minutes=11))


class TestEnrolment:
    def test_what_is_enrolled_is_listed(self, enrolled):
        """On its page, and in the JSON of the account, without what it is known by."""
        page = enrolled.get(PAGE)
        rows = methods_of(enrolled)

        assert page.text.count("Set up on") == len(CODES)
        assert {row["method"] for row in rows} == {"listed_code"}
        assert rows[0].keys() == {"id", "method", "name", "created_at", "last_used_at"}

    def test_what_a_mail_tells_is_in_the_visitors_language_and_leads_back(self, pages, anna, log_in, people):
        """Of a new method, and of a new device: to the machine that serves the page, if no public URL is set."""
        log_in(pages.browser())
        pages.host, pages.peer = "localhost:5000", "127.0.0.1"
        elsewhere = pages.browser(language="de", user_agent="Mozilla/5.0 (iPhone) Safari/605")
        log_in(elsewhere)
        elsewhere.submit(elsewhere.get(PAGE).form(PAGE), codes="one")

        mails = {mail.kind: (mail.language, mail.base_url) for mail in people.list_queued_mails()}
        assert mails == dict.fromkeys(["new_device", "method_enrolled"], ("de", "http://localhost:5000"))

    def test_a_mistake_enrols_nothing(self, at_home):
        """The form comes again, with a 422."""
        page = at_home.submit(at_home.get(PAGE).form(PAGE), codes=" ")
        assert page.status == 422
        assert methods_of(at_home) == []
        assert at_home.submit(page.form(PAGE), codes="one two").location == "/account"
        assert len(methods_of(at_home)) == 2

    def test_a_guest_enrols_nothing(self, pages, anna):
        """They are led to the login, and a script gets what all of the account answers a guest."""
        guest = pages.browser()
        assert guest.get(PAGE).location == "/login?next=%2Faccount%2Fmethods%2Flisted_code"
        for action in ("begin", "enrol", "rename", "remove"):
            refused = post(guest, "/account/methods/listed_code", action=action, codes="x", id="x", name="x")
            assert code_of(refused) == (401, "missing_token")

    @pytest.mark.parametrize("name", ["password", "wallet", "unknown", "", "x" * 300])
    def test_what_nobody_enrols_has_no_page(self, at_home, name):
        assert at_home.get(f"/account/methods/{name}").status == 404
        assert post(at_home, f"/account/methods/{name}", action="enrol").status == 404

    def test_an_old_session_proves_itself_first(self, at_home, later):
        """It is led to the confirmation, and back to the very page."""
        later()
        asked = at_home.get(f"{PAGE}?next=/orders")
        assert asked.location == "/confirm_password?next=%2Faccount%2Fmethods%2Flisted_code%3Fnext%3D%2Forders"
        done = at_home.submit(at_home.follow(asked).form("/confirm_password"), password=PASSWORD)
        page = at_home.follow(done)

        assert done.location == f"{PAGE}?next=/orders"
        assert at_home.submit(page.form(PAGE), codes="one two").location == "/orders"

    @pytest.mark.parametrize("action", ["begin", "enrol", "remove"])
    def test_an_old_session_of_a_script_gets_a_problem(self, enrolled, later, action):
        """Which says how old the proof may be."""
        one = methods_of(enrolled)[0]["id"]
        later()
        answer = post(enrolled, "/account/methods/listed_code", action=action, codes="x", id=one)

        assert code_of(answer) == (403, "step_up_required")
        assert json.loads(answer.text)["max_age"] == 600
        assert len(methods_of(enrolled)) == len(CODES)

    def test_a_merely_remembered_visitor_enrols_nothing(self, pages, anna, browser, log_in):
        """They prove themselves first."""
        log_in(browser, remember_me="on")
        del browser.cookies["gatewright"]

        assert browser.get(PAGE).location.startswith("/confirm_password?")
        answer = post(browser, "/account/methods/listed_code", action="enrol", codes="x")
        assert code_of(answer) == (403, "step_up_required")

    def test_the_owner_gets_a_mail(self, pages, at_home, mailbox, people):
        """About each list that is set up or removed."""
        at_home.submit(at_home.get(PAGE).form(PAGE), codes="one two")
        first = methods_of(at_home)[0]["id"]
        assert post(at_home, "/account/methods/listed_code", action="remove", id=first).status == 204

        assert sorted(mail.kind for mail in people.list_queued_mails()) == ["method_enrolled", "method_removed"]
        assert [len(people.list_audit(event=f"method_{done}")) for done in ("enrolled", "removed")] == [1, 1]


class TestChange:
    def test_a_name_is_given(self, enrolled):
        """Spaces around it are not kept."""
        form = enrolled.get(PAGE).form(PAGE, action="rename")
        assert enrolled.submit(form, name=" In the safe ").location == "/account"
        assert "In the safe" in enrolled.get(PAGE).text

    @pytest.mark.parametrize("name", ["", " ", "x" * 61, "\0", None, 7, ["x"]])
    def test_a_bad_name_is_refused(self, enrolled, name):
        one = methods_of(enrolled)[0]["id"]
        assert post(enrolled, "/account/methods/listed_code", action="rename", id=one, name=name).status == 422

    @pytest.mark.parametrize("action", ["rename", "remove"])
    def test_nobody_elses_is_changed(self, pages, enrolled, people, log_in, action):
        """Nor one that does not exist."""
        people.create_user("bert", email="bert@example.com", password=PASSWORD, is_verified=True)
        other = pages.browser()
        log_in(other, "bert@example.com")
        one = methods_of(enrolled)[0]["id"]

        for authenticator_id in (one, "unknown", "", None, "\0"):
            body = {"action": action, "id": authenticator_id, "name": "mine"}
            assert post(other, "/account/methods/listed_code", **body).status == 404
        assert len(methods_of(enrolled)) == len(CODES)

    def test_the_last_one_is_removed(self, pages, at_home, log_in):
        """After which a password is enough again."""
        at_home.submit(at_home.get(PAGE).form(PAGE), codes="one")
        form = at_home.get(PAGE).form(PAGE, action="remove")
        assert at_home.submit(form).location == "/account"
        other = pages.browser()

        assert log_in(other).location == "/"

    def test_a_session_of_before_needs_the_second_factor_to_remove_it(self, make_pages, browser, log_in, anna):
        """A fresh password is not enough: the policy has come to ask for more."""
        methods = {"methods": [ListedCode(), ExtraCode()]}
        before = make_pages(auth=methods, second_factor="off").browser()
        log_in(before)
        before.submit(before.get(PAGE).form(PAGE), codes=" ".join(CODES))
        again = make_pages(auth=methods, second_factor="off").browser()
        log_in(again)
        browser.cookies = dict(again.cookies)

        assert browser.get(PAGE).location.startswith("/confirm_password?")
        one = methods_of(browser)[0]["id"]
        answer = post(browser, "/account/methods/listed_code", action="remove", id=one)
        assert code_of(answer) == (403, "step_up_required")
        assert len(methods_of(browser)) == len(CODES)

    def test_the_first_one_ends_other_sessions(self, pages, browser, at_home, log_in, anna):
        """The page says so before and after; a second time it does not."""
        other = pages.browser()
        log_in(other, remember_me="on")
        page = at_home.get(PAGE)
        assert "you will be signed out everywhere else" in page.text
        done = at_home.follow(at_home.submit(page.form(PAGE), codes="one"))
        assert "You have been signed out everywhere else." in done.text
        assert pages.user_of(other) is None
        again = at_home.get(PAGE)
        assert "everywhere else" not in again.text
        assert "verywhere else" not in at_home.follow(at_home.submit(again.form(PAGE), codes="two")).text


class TestConfirmation:
    def test_any_method_confirms(self, enrolled, later):
        """The strongest is offered first; the link leads to the others."""
        later()
        page = enrolled.follow(enrolled.get("/account/methods/extra_code"))
        assert page.form("/confirm_password", method="listed_code")
        other = enrolled.get("/confirm_password?method=password&next=/account")
        done = enrolled.submit(other.form("/confirm_password", method="password"), password=PASSWORD)
        assert done.location == "/account"
        assert enrolled.get("/account/methods/extra_code").status == 200

    def test_a_wallet_confirms(self, pages, at_home, people, later):
        """By a challenge of this browser."""
        wallet = Wallet.new("anna")
        challenge = people.generate_challenge(wallet.address)
        signature = wallet.sign(challenge)
        people.link_wallet("anna", evrmore_address=wallet.address, challenge=challenge, signature=signature)
        later()
        page = at_home.follow(at_home.get(PAGE))
        signing = at_home.submit(page.form("/confirm_password", method="wallet"), evrmore_address=wallet.address)
        form = signing.form("/confirm_password", action="prove")
        done = at_home.submit(form, signature=wallet.sign(form.fields["challenge"]))

        assert done.location == PAGE
        assert at_home.get(PAGE).status == 200

    def test_a_code_is_enough_to_change_the_account(self, enrolled, later, people):
        """No password is asked for then."""
        later()
        assert enrolled.get("/account").text.count('name="current_password"') == 4
        fields = {"action": "username", "username": "annette"}
        form = enrolled.get("/account").form("/account", action="username")
        asked = enrolled.submit(form, **fields)
        assert asked.location.startswith("/confirm_password")
        page = enrolled.follow(asked)
        enrolled.submit(page.form("/confirm_password", method="listed_code"), code=CODES[0])
        page = enrolled.get("/account")

        assert 'name="current_password"' not in page.text
        assert enrolled.submit(page.form("/account", action="username"), **fields).location == "/account"
        assert people.get_user("annette").email == "anna@example.com"

    @pytest.mark.parametrize("action", ["link_wallet", "unlink_wallet"])
    def test_wallets_ask_for_a_fresh_proof(self, at_home, later, action):
        """To be linked, and to be unlinked."""
        address = Wallet.new("other").address
        token = at_home.get("/account").form("/account").fields["csrf_token"]
        later()
        fields = {"csrf_token": token, "action": action, "evrmore_address": address}

        assert at_home.post("/account", fields).location.startswith("/confirm_password")
        answer = post(at_home, "/account", action=action, evrmore_address=address, challenge="x", signature="x")
        assert code_of(answer) == (403, "step_up_required")

    def test_a_password_in_a_remembered_browser_is_less_than_two_factors(self, pages, enrolled, anna, log_in, people):
        """It changes nothing, and the confirmation asks for both."""
        browser = pages.browser()
        page = browser.follow(log_in(browser, remember_me="on"))
        browser.submit(page.form("/login/step"), code=CODES[0])
        del browser.cookies["gatewright"]
        assert pages.user_of(browser).username == "anna"
        confirming = browser.get("/confirm_password?method=password")
        asked = browser.submit(confirming.form("/confirm_password", method="password"), password=PASSWORD)
        assert asked.location == "/login/step"
        answer = post(browser, "/account", action="username", username="annette", current_password=PASSWORD)
        assert answer.status == 403
        browser.submit(browser.follow(asked).form("/login/step"), code=CODES[1])

        assert post(browser, "/account", action="username", username="annette").status == 204

    def test_a_code_alone_is_less_than_two_factors(self, pages, enrolled, log_in):
        """It can only come second, in a remembered browser too."""
        browser = pages.browser()
        page = browser.follow(log_in(browser, remember_me="on"))
        browser.submit(page.form("/login/step"), code=CODES[0])
        del browser.cookies["gatewright"]
        confirming = browser.get("/confirm_password?method=listed_code")
        asked = browser.submit(confirming.form("/confirm_password", method="listed_code"), code=CODES[1])

        assert asked.location == "/login/step"
        assert post(browser, "/account", action="username", username="annette").status == 403

    def test_a_pending_sign_in_of_somebody_else_counts_for_nothing(self, pages, enrolled, people, log_in, later):
        """What is enrolled in a session belongs to whose session it is."""
        people.create_user("bert", email="bert@example.com", password=PASSWORD, is_verified=True)
        people.create_role("staff")
        visitor = pages.browser()
        log_in(visitor, "bert@example.com")
        assert log_in_again(visitor).location == "/login/step"
        assert post(visitor, "/account/methods/extra_code", action="enrol", codes="mine").status < 300

        assert [row["method"] for row in methods_of(visitor)] == ["extra_code"]
        assert {row["method"] for row in methods_of(enrolled)} == {"listed_code"}


def log_in_again(browser):
    """Sign in as anna by the form, in a browser that is signed in as somebody else."""
    token = browser.get("/account").form("/account").fields["csrf_token"]
    return browser.post("/login", {"csrf_token": token, "email": "anna@example.com", "password": PASSWORD})


class ShownOnce(ListedCode):
    """A method that shows a list and a sentence once, and has no template for them."""

    name = "shown_once"

    async def enrol(self, step, given):
        """Keep the codes, and show them."""
        return replace(await super().enrol(step, given), shown={"codes": ["one", "two"], "note": "Keep them."})


def test_what_is_shown_once_is_shown_as_what_it_is(make_pages, anna, log_in):
    """A list as a list, and a text as a text, where a method has no template."""
    browser = make_pages(auth={"methods": [ShownOnce()]}).browser()
    log_in(browser)
    path = "/account/methods/shown_once"
    page = browser.submit(browser.get(path).form(path), codes="one two")

    for text in ("one", "two", "Keep them."):
        assert f'<dd class="mono">{text}</dd>' in page.text
