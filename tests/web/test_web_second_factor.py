"""A sign-in in two steps: until the second proof is right, the visitor is a guest everywhere."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from gatewright.auth import async_signing_in
from gatewright.auth.generated import signing_in
from gatewright.errors import SecondFactorRequiredError
from gatewright.testing import Wallet
from gatewright.web import Request
from gatewright.web.access import failure
from sample_methods import CODES, ListedCode, Voucher

PASSWORD = "correct horse battery staple"
JSON = ("Content-Type", "application/json")
OVER = "This sign-in took too long or was cancelled."
LOGIN = {"email": "anna", "password": PASSWORD}


def give(browser, code, **fields):
    """Send the form of the second step."""
    return browser.submit(browser.get("/login/step").form("/login/step"), code=code, **fields)


def post(browser, path, **body):
    return browser.send("POST", f"/api{path}", headers=[JSON], body=json.dumps(body).encode())


def problem(page):
    return page.status, json.loads(page.text)["code"]


@pytest.fixture
def pages(make_pages):
    return make_pages(auth={"methods": [ListedCode()]})


@pytest.fixture
def enrolled(pages, anna, log_in, enrol):
    """Anna, who has a list of codes."""
    enrol(pages)
    return anna


@pytest.fixture
def waiting(browser, enrolled, log_in):
    """A browser that has given the password."""
    log_in(browser)
    return browser


class TestPages:
    def test_a_password_leads_to_the_second_step(self, pages, browser, enrolled, log_in):
        """And the code to where the visitor wanted to go; until then they are a guest."""
        answer = log_in(browser, next="/orders?page=2")
        assert (answer.status, answer.location) == (303, "/login/step?next=%2Forders%3Fpage%3D2")
        assert pages.user_of(browser) is None
        assert browser.get("/account").location == "/login?next=%2Faccount"

        step = browser.follow(answer)
        assert "Enter a code from your list" in step.text
        assert "no-store" in step.header("cache-control")
        done = browser.submit(step.form("/login/step"), code=CODES[0])

        assert (done.status, done.location) == (303, "/orders?page=2")
        assert pages.user_of(browser).username == "anna"

    def test_keep_me_signed_in_survives(self, pages, browser, enrolled, log_in):
        """The browser is remembered once the second proof is right, and not before."""
        log_in(browser, remember_me="on")
        assert "gatewright-remember" not in browser.cookies
        give(browser, CODES[0])
        assert "gatewright-remember" in browser.cookies
        del browser.cookies["gatewright"]

        assert pages.user_of(browser).username == "anna"

    def test_nobody_is_remembered_who_did_not_ask(self, browser, enrolled, log_in):
        """Nor by what they asked for in a sign-in that they did not finish."""
        log_in(browser, remember_me="on")
        log_in(browser)
        give(browser, CODES[0])
        assert "gatewright-remember" not in browser.cookies

    def test_a_wrong_code_is_asked_for_again(self, pages, waiting):
        """With a 422; the code that was typed is not shown again."""
        page = give(waiting, "wrong-one")

        assert page.status == 422
        assert "wrong-one" not in page.text
        assert pages.user_of(waiting) is None
        assert waiting.submit(page.form("/login/step"), code=CODES[0]).status == 303
        assert pages.user_of(waiting).username == "anna"

    def test_too_many_wrong_codes_are_refused(self, pages, waiting):
        """With a 429 that says when to come back. Then a right one is not looked at either."""
        pages_ = [give(waiting, "wrong") for _ in range(12)]

        assert pages_[0].status == 422
        assert pages_[-1].status == 429
        assert int(pages_[-1].header("retry-after")) > 0
        assert give(waiting, CODES[0]).status == 429
        assert pages.user_of(waiting) is None

    def test_the_right_password_forgives_no_wrong_code(self, pages, waiting, log_in):
        """Whoever knows the password cannot guess at codes for ever by typing it again and again."""
        answers = []
        for _ in range(6):
            answers += [
                give(waiting, "wrong").status for _ in range(3) if "/login/step" in str(log_in(waiting).location)
            ]

        assert 0 < len(answers) < 12

    def test_it_is_over_after_five_minutes(self, pages, waiting, gatewright_clock):
        """The page leads back to the login; the form that is still open too, which is told why."""
        page = waiting.get("/login/step?next=/orders")
        gatewright_clock.advance(timedelta(minutes=5, seconds=1))

        assert waiting.get("/login/step?next=/orders").location == "/login?next=%2Forders"
        late = waiting.submit(page.form("/login/step"), code=CODES[0])
        assert (late.status, late.location) == (303, "/login?next=%2Forders")
        assert OVER in waiting.get(late.location).text
        assert pages.user_of(waiting) is None

    def test_another_browser_cannot_finish_it(self, pages, waiting):
        """Not with the form and the code: it has nothing that is pending."""
        form = waiting.get("/login/step").form("/login/step")
        other = pages.browser()
        other.get("/login")
        own = other.get("/login").form("/login").fields["csrf_token"]

        assert other.submit(form, code=CODES[0]).location == "/login"
        assert other.submit(form, code=CODES[0], csrf_token=own).location == "/login"
        assert pages.user_of(other) is None
        assert waiting.submit(form, code=CODES[0]).status == 303

    def test_two_tabs_share_one_sign_in(self, pages, waiting):
        """What one has finished, the other need not."""
        first, second = (waiting.get("/login/step").form("/login/step") for _ in range(2))
        assert waiting.submit(first, code=CODES[0]).location == "/"
        late = waiting.submit(second, code=CODES[1])

        assert late.status < 500
        assert pages.user_of(waiting).username == "anna"

    def test_a_copied_cookie_cannot_finish_it_again(self, pages, waiting):
        """The sign-in that waited is gone with its end."""
        thief = pages.browser()
        thief.cookies = dict(waiting.cookies)
        form = waiting.get("/login/step").form("/login/step")
        waiting.submit(form, code=CODES[0])

        assert thief.submit(form, code=CODES[1]).location == "/login"
        assert pages.user_of(thief) is None

    def test_a_code_is_good_once(self, pages, waiting, log_in):
        """Also for its owner, in the next sign-in."""
        give(waiting, CODES[0])
        other = pages.browser()
        log_in(other)

        assert give(other, CODES[0]).status == 422
        assert pages.user_of(other) is None

    def test_somebody_else_begins_anew(self, pages, waiting, people, log_in):
        """The proof of the one counts for nobody but them."""
        people.create_user("bert", email="bert@example.com", password=PASSWORD, is_verified=True)
        log_in(waiting, "bert@example.com")

        assert pages.user_of(waiting).username == "bert"
        assert waiting.get("/login/step").status in (200, 303)
        assert pages.user_of(waiting).username == "bert"

    def test_who_may_no_longer_be_let_in_is_not(self, pages, waiting, people, anna):
        """Between the first step and the second."""
        people.disable_user("anna")

        assert waiting.get("/login/step").location == "/login"
        assert pages.user_of(waiting) is None

    def test_a_wallet_needs_no_second_factor(self, pages, browser, enrolled, people):
        """A key that somebody holds is what the second factor is for."""
        wallet = Wallet.new("anna")
        challenge = people.generate_challenge(wallet.address)
        people.link_wallet(
            "anna", evrmore_address=wallet.address, challenge=challenge, signature=wallet.sign(challenge)
        )
        offered = browser.submit(browser.get("/login").form("/login/wallet"), evrmore_address=wallet.address)
        signing = offered.form("/login/wallet", evrmore_address=wallet.address)
        browser.submit(signing, signature=wallet.sign(signing.fields["challenge"]))

        assert pages.user_of(browser).id == enrolled.id

    @pytest.mark.parametrize("path", ["/login/step", "/api/login/step"])
    def test_what_waits_is_loaded_once(self, waiting, monkeypatch, path):
        """However often an answer asks for it."""
        loaded = []

        def counting(load):
            def count(beginning):
                loaded.append(beginning)
                return load(beginning)

            return count

        for module in (async_signing_in, signing_in):
            monkeypatch.setattr(module, "waiting_step", counting(module.waiting_step))

        assert waiting.get(path).status == 200
        assert len(loaded) == 1

    def test_nothing_is_pending_for_a_guest(self, browser):
        """The page of the second step leads to the first."""
        assert browser.get("/login/step?next=/orders").location == "/login?next=%2Forders"
        assert browser.get("/login/step?method=nonsense").location == "/login"


class TestScripts:
    def test_a_password_is_answered_by_a_problem(self, pages, browser, enrolled):
        """Which names the methods that are left."""
        answer = post(browser, "/login", email="anna", password=PASSWORD)

        assert problem(answer) == (403, "second_factor_required")
        assert json.loads(answer.text)["methods"] == ["listed_code"]
        assert json.loads(browser.get("/api/login/step").text) == {"methods": ["listed_code"], "is_pending": True}
        assert json.loads(browser.get("/api/session").text)["user"] is None

        done = post(browser, "/login/step", method="listed_code", code=CODES[0])
        assert (done.status, json.loads(done.text)["user"]["username"]) == (200, "anna")
        assert pages.user_of(browser).username == "anna"

    def test_every_proof_is_answered_like_a_login(self, make_pages, anna, enrol):
        """By who is signed in; and so is an enrolment, which is one."""
        pages = make_pages(auth={"methods": [ListedCode(), Voucher()]})
        browser, expected = pages.browser(), json.loads(post(pages.browser(), "/login", **LOGIN).text)
        answers = [
            post(browser, "/login/link/voucher.voucher-anna"),
            post(browser, "/login/step", method="voucher", token="voucher-anna"),
            post(browser, "/confirm_password", password=PASSWORD),
            post(browser, "/account/methods/listed_code", action="enrol", codes=" ".join(CODES)),
            post(browser, "/confirm_password", method="listed_code", code=CODES[0]),
        ]

        assert [(each.status, json.loads(each.text)) for each in answers] == [(200, expected)] * len(answers)

    def test_nothing_is_pending_for_a_guest(self, browser, enrolled):
        """A second factor alone proves nobody."""
        assert json.loads(browser.get("/api/login/step").text)["is_pending"] is False
        for given in ({"code": CODES[0]}, {"action": "begin"}):
            assert problem(post(browser, "/login/step", method="listed_code", **given)) == (401, "sign_in_over")
        anew = post(browser, "/login/step", method="listed_code", action="begin", anew=True)
        assert problem(anew) == (422, "invalid_parameter")

    def test_a_sign_in_that_has_taken_too_long_is_over(self, browser, enrolled, clock):
        """As the page says, too: a script knows that the next step is the first one again."""
        post(browser, "/login", **LOGIN)
        clock.advance(minutes=6)
        assert problem(post(browser, "/login/step", method="listed_code", code=CODES[0])) == (401, "sign_in_over")

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"method": "listed_code", "code": "wrong"}, 401),
            ({"method": "listed_code", "code": None}, 401),
            ({"method": "listed_code", "code": ["amber"]}, 401),
            ({"method": "listed_code", "code": "\ud800"}, 401),
            ({"method": "listed_code"}, 401),
            ({"method": "unknown", "code": CODES[0]}, 422),
            ({"method": 7, "code": CODES[0]}, 422),
            ({"code": CODES[0]}, 422),
            ({"method": "listed_code", "action": "remove"}, 422),
            ({"method": "listed_code", "action": ["prove"]}, 422),
            ({"method": "wallet"}, 422),
        ],
    )
    def test_nonsense_is_refused(self, pages, browser, enrolled, body, status):
        """By a problem, and the sign-in still waits."""
        post(browser, "/login", email="anna", password=PASSWORD)

        assert post(browser, "/login/step", **body).status == status
        assert pages.user_of(browser) is None
        assert post(browser, "/login/step", method="listed_code", code=CODES[0]).status < 300

    def test_too_many_wrong_codes_are_refused(self, browser, enrolled):
        """With a 429."""
        post(browser, "/login", email="anna", password=PASSWORD)
        answers = [post(browser, "/login/step", method="listed_code", code="wrong") for _ in range(12)]

        assert problem(answers[-1]) == (429, "login_attempt_blocked")


class TestPolicy:
    def test_off_asks_nobody(self, make_pages, anna, log_in, enrol):
        """Not even who has enrolled."""
        pages = make_pages(auth={"methods": [ListedCode()]}, second_factor="off")
        enrol(pages)
        browser = pages.browser()

        assert log_in(browser).location == "/"

    def test_an_enrolment_that_takes_too_long_begins_anew(self, make_pages, anna, log_in, gatewright_clock):
        """Its form leads to the login, says why, and goes on to where the visitor wanted to go in the end."""
        pages = make_pages(auth={"methods": [ListedCode()]}, second_factor="required")
        browser = pages.browser()
        log_in(browser, next="/orders")
        page = browser.get("/account/methods/listed_code?next=/orders")
        gatewright_clock.advance(timedelta(minutes=5, seconds=1))
        late = browser.submit(page.form("/account/methods/listed_code"), codes=" ".join(CODES))

        assert (late.status, late.location) == (303, "/login?next=%2Forders")
        assert OVER in browser.get(late.location).text

    def test_required_lets_nobody_in_without(self, make_pages, anna, log_in):
        """Who has none enrols one, which finishes the sign-in, and leads on to where they wanted to go."""
        pages = make_pages(auth={"methods": [ListedCode()]}, second_factor="required")
        browser = pages.browser()
        page = browser.follow(log_in(browser, next="/orders", remember_me="on"))
        assert "Set one up to continue." in page.text
        assert pages.user_of(browser) is None
        setting_up = browser.get("/account/methods/listed_code?next=/orders")
        done = browser.submit(setting_up.form("/account/methods/listed_code"), codes=" ".join(CODES))

        assert done.location == "/orders"
        assert pages.user_of(browser).username == "anna"
        assert "gatewright-remember" in browser.cookies
        again = pages.browser()
        log_in(again)
        assert pages.user_of(again) is None
        assert give(again, CODES[3]).location == "/"

    def test_only_what_helps_is_offered_to_be_set_up(self, pages, browser, anna, log_in, enrol):
        """Where two factors are not enough, no other second one, which would lead back to the same page."""
        enrol(pages)
        log_in(browser)
        give(browser, CODES[0])
        page = browser.get("/confirm_password?aal=3&next=/vault")

        assert "Set one up to continue." in page.text
        assert re.findall(r'href="/account/methods/([^"]*)"', page.text) == ["passkey?next=%2Fvault"]

    @pytest.mark.parametrize("minutes", [0, 20])
    def test_where_nothing_helps_nobody_is_sent_to_sign_in_again(
        self, make_pages, anna, log_in, gatewright_clock, minutes
    ):
        """That shows nothing more: only those who run the site can help."""
        browser = make_pages(methods=("password",)).browser()
        log_in(browser)
        gatewright_clock.advance(timedelta(minutes=minutes))

        page = browser.get("/confirm_password?aal=2&next=/vault")
        assert "Ask the site's administrators" in page.text
        assert "sign in again" not in page.text

    def test_whoever_has_one_must_give_it_before_they_enrol_another(self, pages, waiting):
        """The enrolment of a second list would be a way around the first."""
        for path in ("/account/methods/listed_code", "/account/methods/listed_code?next=/orders"):
            page = waiting.get(path)
            assert page.location is not None, (page.status, page.text)
            assert page.location.startswith("/login/step")
        answer = post(waiting, "/account/methods/listed_code", action="enrol", codes="mine")

        assert problem(answer) == (403, "second_factor_required")
        assert pages.user_of(waiting) is None

    def test_a_role_can_be_asked(self, make_pages, people, anna, log_in):
        """Its members must; the others need not."""
        people.create_role("staff")
        pages = make_pages(auth={"methods": [ListedCode()]}, second_factor="off", second_factor_roles=("staff",))
        browser, later = pages.browser(), pages.browser()
        log_in(browser)
        people.assign_role("staff", username="anna")
        log_in(later)

        assert pages.user_of(browser).username == "anna"
        assert pages.user_of(later) is None

    @pytest.mark.parametrize(("decided", "is_let_in"), [(True, False), (False, True), (None, False)])
    def test_the_applications_own_policy_decides_first(self, make_pages, anna, log_in, decided, is_let_in):
        """None leaves it to the settings."""
        asked = []

        def policy(user, proofs):
            asked.append((user.username, [proof.method for proof in proofs]))
            return decided

        options = {"methods": [ListedCode()], "second_factor_policy": policy}
        pages = make_pages(auth=options, second_factor="required")
        browser = pages.browser()
        log_in(browser)

        assert asked[0] == ("anna", ["password"])
        assert (pages.user_of(browser) is not None) == is_let_in

    def test_a_remembered_browser_with_less_proof_is_a_guests(self, make_pages, anna, log_in):
        """It was remembered after a password alone, before the policy asked for more."""
        before = make_pages(auth={"methods": [ListedCode()]})
        browser = before.browser()
        log_in(browser, remember_me="on")
        del browser.cookies["gatewright"]
        pages = make_pages(auth={"methods": [ListedCode()]}, second_factor="required")

        assert pages.user_of(browser) is None

    def test_a_remembered_browser_with_two_proofs_is_recognised(self, pages, browser, enrolled, log_in):
        """It has given both."""
        log_in(browser, remember_me="on")
        give(browser, CODES[0])
        del browser.cookies["gatewright"]

        assert pages.user_of(browser).username == "anna"

    def test_a_new_second_factor_is_asked_of_remembered_browsers(self, pages, browser, anna, log_in, enrol):
        """What was remembered before counts as much as it proved."""
        log_in(browser, remember_me="on")
        del browser.cookies["gatewright"]
        enrol(pages)

        assert pages.user_of(browser) is None


class TestOfTheApplication:
    """Users whom the application has proven itself."""

    @pytest.fixture
    def guard(self, pages):
        return pages.auth.guard({})

    def call(self, pages, value):
        return pages.call(_awaited(value))

    def test_a_stored_user_owes_a_second_factor(self, pages, enrolled, guard):
        """And gives it by the guard."""
        user = self.call(pages, pages.auth.attempt("anna", PASSWORD, "SQLUserProvider"))
        with pytest.raises(SecondFactorRequiredError):
            self.call(pages, guard.store(user))
        assert self.call(pages, guard.user()) is None
        self.call(pages, guard.prove("listed_code", {"code": CODES[0]}))
        assert self.call(pages, guard.user()).username == "anna"

    def test_one_code_is_enough_after_a_proof_of_the_applications_own(self, pages, enrolled, guard):
        """It counts as a factor, whatever it was."""
        user = self.call(pages, pages.auth.bypass("anna", "SQLUserProvider"))
        user.proof = None
        with pytest.raises(SecondFactorRequiredError) as raised:
            self.call(pages, guard.store(user))
        assert "listed_code" in raised.value.evidence["methods"]
        self.call(pages, guard.prove("listed_code", {"code": CODES[0]}))
        assert self.call(pages, guard.user()).username == "anna"

    def test_who_is_vouched_for_owes_none(self, pages, enrolled, guard):
        """Whoever calls ``bypass`` has decided."""
        self.call(pages, guard.store(self.call(pages, pages.auth.bypass("anna", "SQLUserProvider"))))
        assert self.call(pages, guard.user()).username == "anna"


async def _awaited(value):
    return await value if hasattr(value, "__await__") else value


@pytest.mark.parametrize(
    ("query", "led"),
    [
        ("next=/orders", "/orders"),
        ("", "/sign-in"),
        ("next=https://evil.example/", "/sign-in?next=https://evil.example/"),
    ],
)
def test_a_view_that_signs_in_is_led_on_from_to_where_its_address_says(pages, query, led):
    """After the second step nobody sees the application's own sign-in page again, where it says where to go."""
    headers = [("host", "localhost:8000"), ("accept", "text/html")]
    visit = pages.site.open(Request("POST", "/sign-in", query, headers))
    answer = pages.call(failure(visit, SecondFactorRequiredError(methods=["listed_code"])))

    assert dict(answer.headers)["Location"] == f"/login/step?{urlencode({'next': led})}"
