"""A visit whose cookie is full: the application's values never lock a visitor out."""

from __future__ import annotations

import json
import logging
import re

import pytest

from gatewright.errors import InvalidParameterError
from gatewright.web import Request
from gatewright.web.visit_cookie import VisitCookie

PASSWORD = "correct horse battery staple"
LARGEST = 4093
LONGEST_NAME = "😀" * 255


@pytest.fixture
def visit_of(pages):
    """The visit that a browser's next request belongs to; what it keeps goes back by `carry`."""

    def visit_of(browser):
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        return pages.site.open(Request("GET", "/basket", headers=[("host", pages.host), ("cookie", cookie)]))

    return visit_of


def carry(browser, visit):
    for _, header in visit.cookies():
        browser._keep(header)


def fill(visit, mail="x", name="basket"):
    """Write the largest value that is taken, and return how many mails it has."""
    low, high = 0, 4000
    while low < high:
        middle = (low + high + 1) // 2
        try:
            visit.guard.session(name, mail * middle)
        except InvalidParameterError:
            high = middle - 1
        else:
            low = middle
    visit.guard.session(name, mail * low)
    return low


def sign_in_with_every_step(pages, browser):
    """Go the longest way: a wallet's challenge, a long wrong name, and then the right one, to be remembered."""
    browser.post("/login/wallet", {"evrmore_address": "nonsense", "csrf_token": token_of(browser)})
    form = browser.get("/login").form("/login")
    failed = browser.submit(form, email=LONGEST_NAME, password="wrong")
    assert (failed.status, failed.location) == (303, "/login")
    assert "wrong" in browser.follow(failed).text.lower()
    form = browser.get("/login").form("/login")
    assert browser.submit(form, email="anna", password=PASSWORD, remember_me="on").location == "/"
    assert pages.user_of(browser).username == "anna"


def token_of(browser):
    return json.loads(browser.get("/api/session").text)["csrf_token"]


@pytest.mark.parametrize("mail", ["x", "ü", "漢", "😀", "\\"])
def test_whatever_is_taken_leaves_room_to_sign_in(pages, browser, anna, visit_of, alice, mail):
    """Every step of it, and nothing of the application's is lost."""
    visit = visit_of(browser)
    size = fill(visit, mail)
    carry(browser, visit)
    assert size > 300

    assert browser.post(
        "/login/wallet", {"evrmore_address": alice.address, "csrf_token": token_of(browser)}
    ).status in (200, 303)
    sign_in_with_every_step(pages, browser)
    for page in ("/login", "/account", "/api/session"):
        assert browser.get(page).status in (200, 303)
    assert visit_of(browser).guard.session("basket") == mail * size


def test_a_value_that_is_too_large_is_refused_when_it_is_written(pages, browser, visit_of):
    """With how much is free; what was kept stays."""
    visit = visit_of(browser)
    visit.guard.session("colour", "green")
    with pytest.raises(InvalidParameterError, match=r"'basket'.*only their key") as refused:
        visit.guard.session("basket", "x" * 2700)
    assert visit.guard.session() == {"colour": "green"}

    free = int(re.search(r"(\d+) bytes are free", str(refused.value))[1])
    overhead = len('"basket":"",')
    visit.guard.session("basket", "x" * (free - overhead))
    with pytest.raises(InvalidParameterError, match="1 too few"):
        visit.guard.session("basket", "x" * (free - overhead + 1))


def test_many_small_values_are_bounded_alike(browser, visit_of):
    """It is the sum that counts."""
    guard = visit_of(browser).guard
    for number in range(1000):
        try:
            guard.session(f"item {number}", number)
        except InvalidParameterError:
            break
    assert 50 < len(guard.session()) < 500


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_cookie_is_longer_than_browsers_keep(make_pages, anna, scheme):
    """Name and attributes count, too."""
    pages = make_pages(session_cookie="n" * 64)
    pages.scheme = scheme
    visit = pages.site.below("/" + "p" * 100).open(Request("GET", "/", headers=[("host", pages.host)], scheme=scheme))
    fill(visit)
    visit.csrf_token()
    visit.session["typed"] = "x" * 255
    visit.guard.add_message("danger", "x" * 100)
    (header,) = [value for name, value in visit.cookies() if name == "Set-Cookie"]
    assert len(header) <= LARGEST


def test_messages_make_room_for_newer_ones(pages, browser, visit_of):
    """Where the application's values leave none; the newest is shown."""
    visit = visit_of(browser)
    fill(visit)
    for number in range(40):
        visit.guard.add_message(f"kind {number}", f"ERR_{number}")
    messages = visit.guard.messages()
    assert messages["kind 39"] == "ERR_39"
    assert 3 < len(messages) < 40
    with pytest.raises(InvalidParameterError, match="free"):
        visit.guard.add_message("info", "漢" * 255)


def old_cookie(pages, size):
    """What an earlier release has let in."""
    cookie = VisitCookie(pages.auth.parts.seal, None, room=100_000)
    cookie["auth"] = {"data": {"basket": "x" * size, "colour": "green"}, "messages": {"info": "y" * 100}}
    return cookie.value


@pytest.mark.parametrize("size", [2600, 2700, 2750, 3000, 50_000])
def test_a_cookie_of_an_earlier_release_is_emptied_before_anybody_is_locked_out(
    pages, browser, anna, visit_of, size, caplog
):
    """The largest value goes, and the log says its name; the others stay."""
    browser.cookies["gatewright"] = old_cookie(pages, size)

    sign_in_with_every_step(pages, browser)
    assert visit_of(browser).guard.session() == {"colour": "green"}
    (record,) = [each for each in caplog.records if each.name == "gatewright.auth" and each.levelno == logging.WARNING]
    assert "'basket'" in record.getMessage()
    assert "xxx" not in record.getMessage()


def test_an_application_goes_on_with_a_cookie_of_an_earlier_release(pages, browser, visit_of):
    """Its counter counts, and its basket can be filled anew."""
    browser.cookies["gatewright"] = old_cookie(pages, 2750)
    visit = visit_of(browser)
    visit.guard.session("visits", 1)
    visit.guard.session("basket", "y" * 1000)
    carry(browser, visit)
    assert visit_of(browser).guard.session() == {"colour": "green", "visits": 1, "basket": "y" * 1000}


def test_a_frameworks_own_session_has_no_such_limit(auth):
    """A mapping that is no cookie of ours may hold what it likes."""
    guard = auth.guard({})
    guard.session("basket", "x" * 100_000)
    assert len(guard.session("basket")) == 100_000


@pytest.mark.parametrize("value", [object(), {1}, b"x", float("nan"), 10**5000], ids=lambda value: type(value).__name__)
def test_what_json_cannot_write_is_refused_when_it_is_written(browser, visit_of, value):
    """And not when the answer is sent."""
    visit = visit_of(browser)
    with pytest.raises(InvalidParameterError, match="JSON"):
        visit.guard.session("basket", value)
    assert visit.guard.session() == {}
    assert visit.cookies() == ()
