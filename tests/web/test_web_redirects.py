"""Where a sign-in may lead."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from addresses import ADDRESSES
from gatewright.web import Request
from gatewright.web.access import refusal
from gatewright.web.redirects import local_path

PASSWORD = "correct horse battery staple"
CASES = json.loads((Path(__file__).parents[1] / "vectors" / "redirect_cases.json").read_text())["vectors"]


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_the_vectors(case):
    """What is expected to be accepted leads to its own path; all else leads nowhere."""
    leads_somewhere = isinstance(case["value"], str) and local_path(case["value"]) is not None

    assert leads_somewhere == (case["expected"] == "accept" or case["value"] == "/logout")


def test_a_target_is_percent_encoded():
    """A header is ASCII, and what is encoded already stays."""
    assert local_path("/päth?q=ü%20x#top") == "/p%C3%A4th?q=%C3%BC%20x#top"
    assert local_path("/\N{WOMAN}\N{ZERO WIDTH JOINER}\N{WOMAN}") == "/%F0%9F%91%A9%E2%80%8D%F0%9F%91%A9"


@pytest.mark.parametrize("target", ADDRESSES)
def test_an_ordinary_address_stays_as_it_is(target):
    """To the letter."""
    assert local_path(target) == target


@pytest.mark.parametrize("target", ["/a\r\nSet-Cookie: x=1", "/a\nb", "/\x00", "/\ud800", "/" + "a" * 3000, "/../x"])
def test_no_target_breaks_a_header(target):
    """Line breaks, nulls, lone surrogates, dots and endless paths lead nowhere."""
    assert local_path(target) is None


@pytest.mark.parametrize(
    "target",
    [
        "/%2Fevil.example",
        "/%2f%2fevil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "/%0D%0A/evil.example",
        "/a/..//evil.example",
        "/.//evil.example",
        "/%2e/%2fevil.example",
        "/a%2F..%2F%2Fevil.example",
        "/a/%2E%2e/b",
        "/a\\b",
        f"/a?{'b' * 8000}",
    ],
)
def test_what_could_leave_the_site_once_decoded_leads_nowhere(target):
    """Somebody on the way may decode an address, or resolve its dots, and what is then read as another host is none."""
    assert local_path(target) is None


def test_a_login_address_is_never_longer_than_servers_take(pages):
    """A target that would make it so is left out."""
    visit = pages.site.open(Request("GET", "/"))

    assert visit.path_with_next("login", f"/a?{'b' * 7000}").startswith("/login?next=%2Fa%3Fb")
    assert visit.path_with_next("login", f"/a?{'%C3%A4' * 1200}") == "/login"


@pytest.mark.parametrize("wanted", ["/login", "/login/?a=b", "/%6Cogin", "/logout", "/log%6Fut/"])
def test_a_login_leads_to_no_page_that_asks_for_it_again(pages, wanted):
    """However it is written."""
    assert pages.site.path_after_login(wanted) == "/"


def answer_to(pages, request, **demands):
    return pages.call(refusal(pages.site.open(request), **demands))


PAGE = [("host", "localhost:8000"), ("accept", "text/html")]


@pytest.mark.parametrize(
    ("referer", "wanted"),
    [
        ("http://localhost:8000/cart?a=%23", "/cart?a=%23"),
        ("https://shop.example/cart", "/cart"),
        ("https://SHOP.example:443/cart", "/cart"),
        ("http://localhost:8000/", "/"),
        ("http://localhost:8000//evil.example", "/orders/7"),
        ("http://localhost:8000@evil.example/cart", "/orders/7"),
        ("https://evil.example/cart", "/orders/7"),
        ("https://shop.example.evil.example/cart", "/orders/7"),
        ("about:blank", "/orders/7"),
        ("://", "/orders/7"),
        (":///cart", "/orders/7"),
        (None, "/orders/7"),
    ],
)
@pytest.mark.parametrize("public_url", ["https://shop.example", None])
def test_a_form_leads_back_to_the_page_it_was_on(make_pages, referer, wanted, public_url):
    """If that is one of this site; else to the form's own address, by GET."""
    pages = make_pages(public_url=public_url)
    came_from = [] if referer is None else [("referer", referer)]
    answer = answer_to(pages, Request("POST", "/orders/7", headers=[*PAGE, *came_from]))
    is_known = public_url is not None or "shop.example" not in (referer or "").lower()

    assert answer.status == 303
    assert answer.header("location") == f"/login?{urlencode({'next': wanted if is_known else '/orders/7'})}"


HTMX = [("host", "localhost:8000"), ("accept", "text/html"), ("hx-request", "true")]
ON_PAGE = [("hx-current-url", "http://localhost:8000/cart?a=1#top")]
BOOSTED = [*ON_PAGE, ("hx-boosted", "true")]


@pytest.mark.parametrize(
    ("method", "headers", "wanted"),
    [
        ("GET", ON_PAGE, "/cart?a=1#top"),
        ("POST", ON_PAGE, "/cart?a=1#top"),
        ("DELETE", ON_PAGE, "/cart?a=1#top"),
        ("GET", BOOSTED, "/rows?b=2"),
        ("POST", BOOSTED, "/cart?a=1#top"),
        ("GET", [("hx-current-url", "https://evil.example/cart")], "/rows?b=2"),
    ],
)
def test_htmx_is_told_to_go_to_the_login(pages, method, headers, wanted):
    """And from there back to the page that its visitor was on; or, by a link that it boosts, was going to."""
    answer = answer_to(pages, Request(method, "/rows", "b=2", [*HTMX, *headers]))

    assert (answer.status, answer.header("content-type")) == (401, "application/problem+json")
    assert answer.header("hx-redirect") == f"/login?{urlencode({'next': wanted})}"
    assert answer.header("cache-control") == "no-store"


def test_a_form_of_another_site_leads_nowhere(pages):
    """Its visitor has not asked for anything here; they see a page that says so."""
    answer = answer_to(pages, Request("POST", "/orders/7", headers=[*PAGE, ("sec-fetch-site", "cross-site")]))

    assert (answer.status, answer.header("content-type")) == (401, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/account", "/confirm_password"])
def test_a_script_that_asks_for_a_page_of_ours_gets_a_problem(browser, path):
    """A person is led to the login."""
    script = browser.get(path, headers=[("Sec-Fetch-Mode", "cors")])
    posted = browser.post(path, {}, headers=[("Referer", f"http://localhost:8000{path}?x")])

    assert (script.status, script.header("content-type")) == (401, "application/problem+json")
    assert (posted.status, posted.location) == (303, f"/login?{urlencode({'next': f'{path}?x'})}")
    assert browser.get(path).location == f"/login?{urlencode({'next': path})}"


def test_the_json_api_clears_what_the_browser_keeps_of_the_pages(browser, anna, log_in):
    """When somebody signs out, and only then."""
    signed_in = log_in(browser)
    answer = browser.send("POST", "/api/logout")

    assert (answer.status, answer.header("clear-site-data")) == (204, '"cache"')
    assert signed_in.header("clear-site-data") is None


def test_a_redirect_is_ascii(make_pages, anna, log_in):
    """Wherever the settings lead."""
    pages = make_pages(auth_login_route_redirect="/übersicht")
    assert log_in(pages.browser()).location == "/%C3%BCbersicht"
