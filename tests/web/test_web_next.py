"""Where a visitor wants to go survives everything that comes before it: links, forms, mails, other browsers."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode, urlsplit

import pytest

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"
WANTED = "/checkout?cart=7&note=a%26b"
QUERY = urlencode({"next": WANTED})
TYPED = {"email": "ben@example.com", "password": PASSWORD, "password_confirm": PASSWORD}
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "evil",
    "//evil.example/a//b",
    "/\t/x",
]


@pytest.fixture
def deliver(pages, mailbox, link_in):
    """Send what waits, and return the path of the link in the last mail."""

    def deliver():
        pages.call(pages.site.auth.deliver_mails())
        return link_in(mailbox.mails[-1])

    return deliver


def links_of(page):
    """The links on a page to other pages of ours, by path."""
    found = re.findall(r'href="(/[^"]*)"', page.text)
    return {urlsplit(link).path: urlsplit(link.replace("&amp;", "&")).query for link in found}


def sign_in(browser, location, name="ben", password=PASSWORD):
    """Sign in by the form that a redirect leads to, and return where that leads."""
    form = browser.get(location).form("/login")
    return browser.submit(form, email=f"{name}@example.com", password=password).location


def script(browser, path, **body):
    answer = browser.send("POST", path, headers=[("Content-Type", "application/json")], body=json.dumps(body).encode())
    return json.loads(answer.text)


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/login", ["/signup", "/password-reset"]),
        ("/signup", ["/login"]),
        ("/password-reset", ["/login"]),
        ("/email_verification", ["/login"]),
    ],
)
def test_every_link_and_form_carries_it_along(browser, path, others):
    """From one page for guests to the other, and back."""
    page = browser.get(f"{path}?{QUERY}")
    links = links_of(page)

    assert [links[other] for other in others] == [QUERY] * len(others)
    assert [form.fields["next"] for form in page.forms] == [WANTED] * len(page.forms)
    assert [links_of(browser.get(path))[other] for other in others] == [""] * len(others)


def test_a_page_that_comes_back_carries_it_along(browser):
    """With its mistakes explained."""
    for path in ("/signup", "/password-reset", "/email_verification", "/login/wallet"):
        form = browser.get(f"{path.replace('/wallet', '')}?{QUERY}").form(path)
        page = browser.submit(form, email="nonsense", evrmore_address="nonsense")
        assert (page.status, page.form(path).fields["next"]) == (422, WANTED)


def test_both_steps_of_a_wallet_carry_it_along(browser, alice):
    """Also where the address of the second is reloaded, or another wallet is tried."""
    form = browser.get(f"/login?{QUERY}").form("/login/wallet")
    page = browser.submit(form, evrmore_address=alice.address)
    step = page.form(evrmore_address=alice.address)

    assert links_of(page)["/login"] == QUERY
    assert browser.get(f"/login/wallet?{QUERY}").location == f"/login?{QUERY}"
    assert browser.submit(step, signature=alice.sign(step.fields["challenge"])).location == WANTED


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_it_survives_the_mail_of_a_signup(pages, browser, deliver, is_elsewhere):
    """Kept with the link, so that any browser may open it; the address of the link does not show it."""
    told = browser.submit(browser.get(f"/signup?{QUERY}").form("/signup"), **TYPED)
    link = deliver()
    reader = pages.browser() if is_elsewhere else browser
    verified = reader.submit(reader.get(link).form(link))

    assert links_of(told)["/login"] == QUERY
    assert verified.location == f"/login?{QUERY}"
    assert sign_in(reader, verified.location) == WANTED


def test_it_survives_a_signup_without_a_mail(make_pages):
    """A setting."""
    browser = make_pages(enable_email_verification=False).browser()
    answer = browser.submit(browser.get(f"/signup?{QUERY}").form("/signup"), **TYPED)

    assert sign_in(browser, answer.location) == WANTED


def test_it_survives_a_second_mail(pages, browser, deliver, clock):
    """The first has got lost, or is too old: who asks for another still wants to go there."""
    browser.submit(browser.get(f"/signup?{QUERY}").form("/signup"), **TYPED)
    link = deliver()
    clock.advance(hours=3)
    again = browser.get(browser.get(link).text.partition('href="/email_verification')[1].removeprefix('href="'))
    browser.submit(again.form("/email_verification"), email="ben@example.com")
    second = deliver()

    assert browser.get(link).status == 410
    assert browser.submit(browser.get(second).form(second)).location == f"/login?{QUERY}"


def test_a_second_mail_may_lead_elsewhere(browser, deliver):
    """The newest wish counts."""
    browser.submit(browser.get("/signup?next=/first").form("/signup"), **TYPED)
    deliver()
    browser.submit(browser.get(f"/email_verification?{QUERY}").form("/email_verification"), email="ben@example.com")
    link = deliver()

    assert browser.submit(browser.get(link).form(link)).location == f"/login?{QUERY}"


def test_who_has_an_account_already_is_led_on_too(browser, anna, deliver):
    """The mail that says so leads to the login."""
    browser.submit(browser.get(f"/signup?{QUERY}").form("/signup"), **TYPED | {"email": "anna@example.com"})

    assert sign_in(browser, deliver(), "anna") == WANTED


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_it_survives_a_forgotten_password(pages, browser, anna, deliver, is_elsewhere):
    """From the login to the link, to the new password, to the login, and on."""
    form = browser.get(f"/password-reset?{QUERY}").form("/password-reset")
    told = browser.submit(form, email="anna@example.com")
    link = deliver()
    reader = pages.browser() if is_elsewhere else browser
    weak = reader.submit(reader.get(link).form(link), password="short", password_confirm="short")
    done = reader.submit(weak.form(link), password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)

    assert links_of(told)["/login"] == QUERY
    assert done.location == f"/login?{QUERY}"
    assert sign_in(reader, done.location, "anna", NEW_PASSWORD) == WANTED


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_leads_elsewhere_is_dropped(browser, deliver, people, target):
    """On the page already, and whatever a form is made to say."""
    page = browser.get(f"/signup?{urlencode({'next': target})}")
    browser.submit(page.form("/signup"), **TYPED, next=target)
    link = deliver()

    assert links_of(page)["/login"] == ""
    assert browser.submit(browser.get(link).form(link)).location == "/login"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_is_kept_is_checked_again(pages, browser, anna, deliver, sql, target):
    """Before it is followed: whoever wrote it, and by whatever rules."""
    people = pages.site.auth
    pages.call(people.request_password_reset("anna@example.com", next_path="/fine"))
    link = deliver()
    sql("UPDATE links SET next_path = ?", target)
    done = browser.submit(browser.get(link).form(link), password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)

    assert done.location == "/login"


def test_the_json_api_takes_it_and_gives_it_back(browser, anna, deliver):
    """The mail's link leads to our page or to a script's, and both know where to go on."""
    script(browser, "/api/signup", **TYPED, next=WANTED)
    token = deliver().rpartition("/")[2]
    verified = script(browser, f"/api/email_verification/{token}")
    script(browser, "/api/password-reset", email="anna@example.com", next=WANTED)
    link = deliver()
    done = browser.submit(browser.get(link).form(link), password=NEW_PASSWORD, password_confirm=NEW_PASSWORD)

    assert verified["next"] == WANTED
    assert done.location == f"/login?{QUERY}"


@pytest.mark.parametrize("target", [*ELSEWHERE, None])
def test_the_json_api_drops_what_leads_elsewhere(browser, deliver, target):
    """As a form does."""
    script(browser, "/api/signup", **TYPED, next=target)

    assert script(browser, f"/api/email_verification/{deliver().rpartition('/')[2]}")["next"] is None
