"""Codes and links by mail through pages and the JSON API, in a browser that comes and goes."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest

from gatewright.methods.email_code import EmailCode, EmailCodeSettings

ANNA = "anna@example.com"
PASSWORD = "correct horse battery staple"
JSON = [("Content-Type", "application/json")]


def act(pages, operation, *args, **options):
    """Have the application do something, in either build."""
    done = getattr(pages.auth, operation)(*args, **options)
    return pages.call(done) if hasattr(done, "send") else done


@pytest.fixture
def pages(make_pages, request):
    """Pages of an application whose users sign in by mailed codes, with anna; settings may be its parameter."""
    settings = {"mail_delivery": "command", "public_url": "https://shop.example"} | getattr(request, "param", {})
    method = EmailCode(EmailCodeSettings(email_code="both"))
    pages = make_pages(auth={"methods": [method]}, **settings)
    act(pages, "create_user", "anna", email=ANNA, password=PASSWORD, is_verified=True)
    return pages


@pytest.fixture
def receive(pages, mailbox):
    """Have the mails sent, and return the code of the last one."""

    def receive():
        act(pages, "deliver_mails")
        return re.search(r"\b\d{8}\b", mailbox.mails[-1].text)[0]

    return receive


@pytest.fixture
def ask(browser):
    """Ask for a code on the login page, and return the page that wants it."""

    def ask(browser=browser, email=ANNA):
        form = next(each for each in browser.get("/login?next=/x").forms if each.fields.get("method") == "email_code")
        return browser.submit(form, email=email)

    return ask


def test_a_visitor_types_the_code(pages, browser, ask, receive):
    """And is led on to where they wanted to go; the field says to the phone what it is."""
    page = ask()
    assert page.status == 200
    assert 'autocomplete="one-time-code"' in page.text
    form = next(each for each in page.forms if each.fields.get("action") == "prove")
    answer = browser.submit(form, code=receive())

    assert (answer.status, answer.location) == (303, "/x")
    assert pages.user_of(browser).username == "anna"


def test_the_mail_is_in_the_visitors_language_and_leads_back(make_pages, mailbox):
    """To the machine that serves the page, where no public URL says otherwise."""
    method = EmailCode(EmailCodeSettings(email_code="first"))
    pages = make_pages(auth={"methods": [method]}, mail_delivery="command")
    pages.host, pages.peer = "localhost:5000", "127.0.0.1"
    act(pages, "create_user", "anna", email=ANNA, password=PASSWORD, is_verified=True)
    browser = pages.browser(language="de")
    form = next(each for each in browser.get("/login").forms if each.fields.get("method") == "email_code")
    browser.submit(form, email=ANNA)
    act(pages, "deliver_mails")

    assert "http://localhost:5000/login/link/email_code." in mailbox.mails[-1].text
    assert "Ihr Code" in mailbox.mails[-1].text


def test_an_unknown_address_gets_the_same_page(browser, ask, pages):
    """But for the address itself, and the token of its forms."""
    known = re.sub(r'value="[^"]{30,}"', "", ask(email=ANNA).text)
    unknown = re.sub(r'value="[^"]{30,}"', "", ask(pages.browser(), email="nobody@example.com").text)

    assert unknown.replace("nobody@example.com", ANNA) == known


def test_a_page_that_was_closed_can_be_opened_again(browser, ask, receive, pages):
    """A phone forgets pages while their reader is in another application."""
    ask()
    page = browser.get("/login/step?method=email_code&next=/x")
    form = next(each for each in page.forms if each.fields.get("action") == "prove")

    assert browser.submit(form, code=receive()).location == "/x"
    assert pages.browser().get("/login/step?method=nonsense").location == "/login"
    assert pages.browser().get("/login/step").location == "/login"


def test_a_wrong_code_is_told_and_can_be_corrected(browser, ask, receive):
    """On the same page."""
    page = ask()
    code = receive()
    form = next(each for each in page.forms if each.fields.get("action") == "prove")
    again = browser.submit(form, code="00000000" if code != "00000000" else "11111111")
    form = next(each for each in again.forms if each.fields.get("action") == "prove")

    assert again.status == 422
    assert browser.submit(form, code=code).status == 303


def test_the_link_shows_a_button_and_the_button_signs_in(pages, browser, ask, receive, mailbox, link_in):
    """Looking at it, as mail scanners do, changes nothing."""
    ask()
    receive()
    path = link_in(mailbox.mails[-1])
    for _ in range(3):
        page = browser.get(path)
        assert page.status == 200
        assert pages.user_of(browser) is None
    assert browser.submit(page.form(path)).status == 303
    assert pages.user_of(browser).username == "anna"


@pytest.mark.parametrize(("wanted", "led_to"), [("/x?y=1", "/x?y=1"), ("", "/"), ("//evil.example", "/")])
def test_the_link_leads_on_to_where_they_wanted_to_go(pages, browser, receive, mailbox, link_in, wanted, led_to):
    """The newest wish of the browser that asked; the address of the link does not show it, and it is forgotten then."""

    def press(path):
        return browser.submit(browser.get(path).form(path)).location

    def ask_for_link(wanted):
        page = browser.get("/login?" + urlencode({"next": wanted}))
        form = next(each for each in page.forms if each.fields.get("method") == "email_code")
        browser.submit(form, email=ANNA)
        receive()
        return link_in(mailbox.mails[-1])

    ask_for_link("/older")
    path = ask_for_link(wanted)

    assert (press(path), "next" in path, pages.user_of(browser).username) == (led_to, False, "anna")
    browser.submit(browser.get("/account").form("/logout"))
    page = ask_for_link("")
    assert press(page) == "/"


def test_a_visit_that_is_full_forgets_where_the_link_was_to_lead(pages, browser, receive, mailbox, link_in):
    """And the link signs in all the same."""
    form = next(each for each in browser.get("/login").forms if each.fields.get("method") == "email_code")
    browser.submit(form, email=ANNA, next="/x?" + "y" * 5_000)
    receive()
    path = link_in(mailbox.mails[-1])

    assert browser.submit(browser.get(path).form(path)).location == "/"
    assert pages.user_of(browser).username == "anna"


def test_the_link_says_in_another_browser_that_it_is_another_one(pages, browser, ask, receive, mailbox, link_in):
    """It has no button there, and pressing one all the same signs nobody in."""
    ask()
    receive()
    path, other = link_in(mailbox.mails[-1]), pages.browser()
    page = other.get(path)
    assert "The link was requested in another browser" in page.text
    assert [form for form in page.forms if form.action == path] == []
    token = other.get("/login").form("/login").fields["csrf_token"]
    answer = other.post(path, {"csrf_token": token})

    assert (answer.status, answer.location) == (303, "/login")
    assert pages.user_of(other) is None
    assert browser.get(path).form(path)


@pytest.mark.parametrize(
    ("pages", "cure"),
    [
        ({}, "sign out and request another code"),
        ({"second_factor": "required"}, "go back to the sign-in page and request"),
    ],
    ids=["signed in", "waiting"],
    indirect=["pages"],
)
def test_the_link_says_that_somebody_else_has_come_since(pages, browser, ask, receive, mailbox, link_in, cure):
    """And has signed in, or owes a second factor: this is the right browser, and there is a way to go on."""
    act(pages, "create_user", "ben", email="ben@example.com", password=PASSWORD, is_verified=True)
    ask()
    receive()
    path = link_in(mailbox.mails[-1])
    browser.submit(browser.get("/login").form("/login"), email="ben@example.com", password=PASSWORD)
    page = browser.get(path)
    assert [form for form in page.forms if form.action == path] == []
    assert "The link is for another account" in page.text
    assert "The link was requested in another browser" not in page.text
    assert cure in page.text

    if page.forms:
        browser.submit(page.form("/logout"))
    ask()
    receive()
    assert browser.get(link_in(mailbox.mails[-1])).form(link_in(mailbox.mails[-1]))


def test_programs_do_the_same(pages, browser, receive):
    """By the JSON twins."""

    def step(**body):
        return browser.send("POST", "/api/login/step", headers=JSON, body=json.dumps(body).encode())

    begun = step(method="email_code", action="begin", email=ANNA)
    proven = step(method="email_code", action="prove", code=receive())

    assert (begun.status, json.loads(begun.text)["email"]) == (200, ANNA)
    assert (proven.status, json.loads(proven.text)["user"]["email"]) == (200, ANNA)
    assert pages.user_of(browser).username == "anna"
