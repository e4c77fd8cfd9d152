"""Whoever begins to sign in while somebody else's sign-in waits for its second factor in the same browser."""

from __future__ import annotations

import json
import re

import pytest

from gatewright.errors import SecondFactorRequiredError
from gatewright.methods.email_code import EmailCode, EmailCodeSettings
from sample_methods import CODES, ListedCode, Voucher

PASSWORD = "correct horse battery staple"
JSON = ("Content-Type", "application/json")


def post(browser, path, **body):
    return browser.send("POST", f"/api{path}", headers=[JSON], body=json.dumps(body).encode())


@pytest.fixture
def pages(make_pages):
    mailed = EmailCode(EmailCodeSettings(email_code="both"))
    return make_pages(auth={"methods": [ListedCode(), Voucher(), mailed]}, mail_delivery="command")


@pytest.fixture
def receive(pages, mailbox):
    """Have the mails sent, and return the last code."""

    def receive():
        _run(pages, pages.auth.deliver_mails())
        return re.search(r"\b\d{8}\b", mailbox.mails[-1].text)[0]

    return receive


@pytest.fixture
def bert(people):
    return people.create_user("bert", email="bert@example.com", password=PASSWORD, is_verified=True)


@pytest.fixture
def waiting(pages, browser, anna, bert, log_in, enrol):
    """A browser in which anna has given her password, and owes a code."""
    enrol(pages)
    log_in(browser, remember_me="on")
    assert browser.get("/login/step").status == 200
    return browser


def test_a_mailed_code_on_the_pages(pages, waiting, receive):
    """It goes to whom the form names, and signs them in. What the other one has asked for is not theirs."""
    form = waiting.get("/login").form(method="email_code", action="begin")
    page = waiting.submit(form, email="bert@example.com")
    assert page.status == 200
    assert "bert@example.com" in page.text
    assert waiting.submit(page.form(method="email_code", action="prove"), code=receive()).status == 303

    assert pages.user_of(waiting).username == "bert"
    assert "gatewright-remember" not in waiting.cookies


@pytest.mark.parametrize("more", [{}, {"anew": True}], ids=["named", "anew"])
@pytest.mark.parametrize("email", ["bert@example.com", "nobody@example.com"])
def test_a_mailed_code_for_scripts(pages, waiting, receive, bert, email, more):
    """The address says who begins; nobody learns whether it has an account."""
    begun = post(waiting, "/login/step", method="email_code", action="begin", email=email, **more)
    assert json.loads(begun.text)["email"] == email
    assert json.loads(waiting.get("/api/login/step").text)["is_pending"] is False
    if email.startswith("bert"):
        answer = post(waiting, "/login/step", method="email_code", code=receive())
        assert (answer.status, json.loads(answer.text)["user"]["id"]) == (200, bert.id)
        assert pages.user_of(waiting).username == "bert"


def test_a_password_for_scripts(pages, waiting, bert):
    """The name says who begins."""
    answer = post(waiting, "/login/step", method="password", username="bert", password=PASSWORD)

    assert json.loads(answer.text)["user"]["id"] == bert.id
    assert pages.user_of(waiting).username == "bert"


def test_their_own_name_goes_on(pages, waiting):
    """It is the second step, however the name is written."""
    answer = post(waiting, "/login/step", method="password", username="Anna@Example.com", password=PASSWORD)
    assert json.loads(answer.text)["code"] == "second_factor_required"
    post(waiting, "/login/step", method="email_code", action="begin", email="ANNA@example.com")
    assert json.loads(waiting.get("/api/login/step").text)["is_pending"] is True
    assert post(waiting, "/login/step", method="listed_code", code=CODES[0]).status == 200
    assert pages.user_of(waiting).username == "anna"


def test_a_method_that_says_itself_who_it_is(pages, waiting):
    """The login page's form says that it is the first step; so does JSON."""
    assert post(waiting, "/login/step", method="voucher", token="voucher-bert").status == 401
    form = waiting.get("/login").form(method="voucher", action="prove")
    assert waiting.submit(form, token="voucher-bert").status == 303
    assert pages.user_of(waiting).username == "bert"


def test_a_method_that_says_itself_who_it_is_for_scripts(pages, waiting, bert):
    """By the same word."""
    answer = post(waiting, "/login/step", method="voucher", token="voucher-bert", anew=True)
    assert json.loads(answer.text)["user"]["id"] == bert.id
    assert pages.user_of(waiting).username == "bert"


def test_what_is_only_prepared_disturbs_nobody(pages, waiting):
    """A login page that is merely loaded asks for a challenge in advance: the other tab goes on."""
    assert post(waiting, "/login/step", method="voucher", action="begin", anew=True).status == 200

    assert json.loads(waiting.get("/api/login/step").text)["is_pending"] is True


def test_nonsense_begins_nothing(waiting):
    """And the sign-in still waits."""
    for odd in (7, ["yes"], "perhaps"):
        assert post(waiting, "/login/step", method="voucher", token="voucher-bert", anew=odd).status == 422
    for odd in (None, 7, "", "no address", ["bert@example.com"]):
        post(waiting, "/login/step", method="email_code", action="begin", email=odd)

    assert json.loads(waiting.get("/api/login/step").text)["is_pending"] is True


def test_it_begins_with_nothing(make_pages, anna):
    """What was proven in the sign-in that was dropped does not count, even for the same user."""
    strict = make_pages(
        auth={"methods": [Voucher()]}, second_factor="required", second_factor_after=("password", "voucher")
    )
    browser = strict.browser()
    post(browser, "/login", email="anna", password=PASSWORD)
    answer = post(browser, "/login/step", method="voucher", token="voucher-anna", anew=True)

    assert json.loads(answer.text)["code"] == "second_factor_required"
    assert strict.user_of(browser) is None


def test_a_guard_starts_anew(people, make_pages, anna, enrol):
    """For applications with pages of their own; without a sign-in that waits nothing happens."""
    pages = make_pages(auth={"methods": [ListedCode()]})
    enrol(pages)
    visit = {}
    guard = pages.auth.guard(visit)
    with pytest.raises(SecondFactorRequiredError):
        _run(pages, guard.login("anna", PASSWORD, "SQLUserProvider"))
    for _ in range(2):
        _run(pages, guard.start_anew())
        assert _run(pages, guard.pending_user()) is None


def _run(pages, value):
    async def awaited():
        return await value if hasattr(value, "__await__") else value

    return pages.call(awaited())


def test_somebody_else_signs_in_where_somebody_is_signed_in(pages, browser, anna, bert, log_in):
    """A page that was loaded by a guest says so, whoever has signed in in another tab since."""
    log_in(browser)
    asked = {"method": "password", "username": "bert", "password": PASSWORD}
    confirmed = post(browser, "/login/step", **asked)
    anew = post(browser, "/login/step", **asked, anew=True)

    assert (anew.status, json.loads(anew.text)["user"]["username"]) == (200, "bert")
    assert pages.user_of(browser).username == "bert"
    assert confirmed.status != 200 or json.loads(confirmed.text)["user"]["username"] == "anna"
