"""The codes by SMS of the documentation on the pages: a method that has to know something before it can be set up."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "methods" / "sms.md"
SETTING_UP = "/account/methods/sms"
NUMBER = "+4915112345678"


class Phone:
    """A gateway that keeps the messages."""

    def __init__(self):
        self.sent = []

    def send(self, number, text):
        self.sent.append((number, text[:6]))


@pytest.fixture
def phone():
    return Phone()


@pytest.fixture
def pages(make_pages, phone):
    """An application with the module that the page shows."""
    source = re.search(r"```python\n(# sms_codes\.py\n.*?)```", PAGE.read_text(), re.DOTALL)[1]
    module = ModuleType("sms_codes")
    exec(compile(source, "sms_codes.py", "exec"), module.__dict__)
    return make_pages(auth={"methods": [module.SmsCode(phone)]})


@pytest.fixture
def at_home(browser, anna, log_in):
    """Anna's browser, signed in."""
    log_in(browser)
    return browser


def give_number(browser, number=NUMBER):
    return browser.submit(browser.get(SETTING_UP).form(SETTING_UP, action="begin"), number=number)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_number_is_asked_for_and_then_the_code(at_home, phone):
    """Looking at the page sends nothing."""
    page = at_home.get(SETTING_UP)
    assert "signed out everywhere else" in page.text
    assert "Enter the code" not in page.text
    assert phone.sent == []

    page = at_home.submit(page.form(SETTING_UP, action="begin"), number=NUMBER)
    assert (page.status, len(phone.sent)) == (200, 1)
    assert "Enter the code that we have sent to your phone." in page.text
    done = at_home.submit(page.form(SETTING_UP, action="enrol"), code=phone.sent[0][1])

    assert (done.status, done.location) == (303, "/account")
    assert NUMBER in at_home.get(SETTING_UP).text
    assert [form.fields["action"] for form in at_home.get(SETTING_UP).forms if form.action == SETTING_UP] == ["remove"]


def test_a_wrong_number_is_asked_for_again(at_home, phone):
    """And nothing is sent."""
    page = give_number(at_home, "12")
    assert page.status == 422
    assert "This value is not valid." in page.text
    assert at_home.submit(page.form(SETTING_UP, action="begin"), number=NUMBER).status == 200
    assert len(phone.sent) == 1


def test_a_wrong_code_is_asked_for_again(at_home, phone):
    """At its field, and no other one is sent."""
    page = at_home.submit(give_number(at_home).form(SETTING_UP, action="enrol"), code=wrong(phone.sent[0][1]))
    assert page.status == 422
    assert "This could not be verified." in page.text
    assert at_home.submit(page.form(SETTING_UP, action="enrol"), code=phone.sent[0][1]).status == 303
    assert len(phone.sent) == 1


def test_only_a_method_that_asks_first_begins_by_a_form(at_home):
    """The others have begun when their page is shown."""
    form = at_home.get("/account/methods/totp").form("/account/methods/totp", action="enrol")
    assert at_home.submit(form, action="begin").status == 400


def test_the_second_step_sends_a_code_and_asks_again_for_a_wrong_one(at_home, phone, pages, log_in):
    """It does not say that one was sent before it was; and sends no second one."""
    at_home.submit(give_number(at_home).form(SETTING_UP, action="enrol"), code=phone.sent[0][1])
    browser = pages.browser()
    page = browser.follow(log_in(browser))
    assert "that we have sent" not in page.text
    page = browser.submit(page.form("/login/step", action="begin"))
    assert "Enter the code that we have sent to your phone." in page.text
    page = browser.submit(page.form("/login/step", action="prove"), code=wrong(phone.sent[1][1]))
    assert page.status == 422
    done = browser.submit(page.form("/login/step", action="prove"), code=phone.sent[1][1])

    assert (done.status, len(phone.sent)) == (303, 2)
    assert pages.user_of(browser).username == "anna"
    assert json.loads(browser.get("/api/session").text)["is_fully_authenticated"]
