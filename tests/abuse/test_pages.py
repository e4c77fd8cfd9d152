"""Attacks on pages and on the JSON API by other sites, and by what people type."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest

from gatewright.page_paths import PATHS
from gatewright.settings import Settings
from gatewright.testing import Wallet
from targets import HOST, PASSWORD, SETTINGS

CASES = json.loads((Path(__file__).parents[1] / "vectors/redirect_cases.json").read_text(encoding="utf-8"))["vectors"]
MORE_TARGETS = [
    *("///evil.example", "////evil.example/%2e%2e", "/%09/evil.example", "/%0d/evil.example", "/%2f%2fevil.example"),
    *("/..//evil.example", "/x/..//evil.example", "/.evil.example/..//evil.example", "https:evil.example"),
    *("//evil.example@shop.example", "https://shop.example@evil.example", "https://shop.example%2eevil.example/"),
    *("data:text/html,<script>alert(1)</script>", "vbscript:x", "java\tscript:alert(1)", "\x00javascript:alert(1)"),
    *("/\r\nSet-Cookie: x=evil", "/%0d%0aSet-Cookie:%20x=1", "/\u560d\u560aSet-Cookie: x=1", "/\u2028/x"),
    "//\u3002example",
]
FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")
TEXT = ("Content-Type", "text/plain")
OTHER_SITES = [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]

SCRIPT = "<script>alert(7)</script>"
BREAKOUTS = [SCRIPT, "\"'><img src=x onerror=alert(7)>", "' autofocus onfocus=alert(7) x='", "{{31337*3}}${31337*3}"]


def leads_off_the_site(location):
    """Say whether a browser that follows a redirect leaves the site; it drops controls and turns backslashes."""
    read = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33))))).replace("\\", "/")
    found = urlsplit(urljoin(f"https://{HOST}/login", read))
    return (found.scheme, found.netloc) != ("https", HOST)


def pages_of(token="nonsense"):
    """Return name and path of every page, with a token that is none."""
    return [(name, path.format(token="totp" if name == "account_method" else token)) for name, path in PATHS.items()]


class TestRequestsOfOtherSites:
    """What a site that a visitor looks at can have their browser do here."""

    @pytest.fixture
    def signed_in(self, target, anna, browser):
        """Anna's browser, and the token that its forms have."""
        target.log_in(browser)
        return browser, browser.get("/account").form("/logout").fields["csrf_token"]

    def test_sending_a_form_from_another_site(self, target, signed_in):
        """Without a token, with that of another visit, with any at all from elsewhere, or in a shape without preflight:
        nothing is done, whether the visitor is signed in or not.
        """
        browser, token = signed_in
        guest = target.browser()
        own = guest.get("/login").form("/login").fields["csrf_token"]
        before, done = target.auth.list_audit(), []
        for visitor, mine, theirs in ((browser, token, own), (guest, own, token)):
            for _, path in pages_of():
                sent = {"email": "anna@example.com", "password": PASSWORD}
                out_of_date = [visitor.post(path, sent | of_it).status for of_it in ({}, {"csrf_token": theirs})]
                foreign = [
                    visitor.post(path, sent | {"csrf_token": mine}, headers=[header]).status for header in OTHER_SITES
                ]
                plain = visitor.send("POST", path, headers=[TEXT], body=b"action=profile").status
                is_refused = set(out_of_date) <= {303, 403, 404, 410} and plain in (401, 403, 415)
                if set(foreign) != {403} or not is_refused:
                    done.append((path, out_of_date, foreign, plain))
        assert done == []
        assert target.auth.list_audit() == before
        assert [target.who(each) for each in (browser, guest)] == ["anna", None]

    def test_calling_the_json_api_from_another_site(self, target, signed_in):
        """Each endpoint refuses what another site sends, and every kind of body that needs no preflight."""
        browser, _ = signed_in
        body = json.dumps({"email": "anna@example.com", "password": PASSWORD, "action": "profile"}).encode()
        done = []
        for _, path in pages_of():
            requests = [[JSON, header] for header in OTHER_SITES] + [[kind] for kind in (TEXT, FORM)]
            answers = [browser.send("POST", f"/api{path}", headers=each, body=body).status for each in requests]
            if not set(answers) <= {403, 404, 415}:
                done.append((path, answers))
        assert done == []
        assert target.who(browser) == "anna"

    def test_signing_a_visitor_in_as_the_attacker(self, target, signed_in, mallory):
        """By a form of the attacker's site, with the attacker's password or a signature of theirs."""
        target.register("mallory")
        victim, theirs = target.browser(), target.browser()
        own = theirs.get("/login").form("/login").fields
        form = target.ask_for_challenge(theirs, mallory)
        victim.get("/login")
        password = own | {"email": "mallory@example.com", "password": PASSWORD}
        wallet = form.fields | {"signature": mallory.sign(form.fields["challenge"])}

        assert [victim.post("/login", password).status, victim.post("/login/wallet", wallet).status] == [403, 403]
        assert target.who(victim) is None

    def test_signing_a_visitor_out(self, target, signed_in):
        """By an image, a link, or a form of another site."""
        browser, token = signed_in
        assert browser.get("/logout").status == 405
        assert browser.get("/api/logout").status == 405
        for header in OTHER_SITES:
            assert browser.post("/logout", {"csrf_token": token}, headers=[header]).status == 403
        assert target.who(browser) == "anna"

    def test_reading_answers_in_another_site(self, target, signed_in):
        """No origin is allowed to, least of all by saying its name back; preflights are not answered."""
        browser, _ = signed_in
        asked = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]
        for origin in ("https://evil.example", "null", f"https://{HOST}.evil.example", f"http://{HOST}"):
            for method, headers in (("GET", []), ("OPTIONS", asked)):
                for path in ("/api/account", "/api/session", "/account", target.private):
                    page = browser.send(method, path, headers=[("Origin", origin), *headers])
                    assert not [name for name, _ in page.headers if name.lower().startswith("access-control")]

    def test_being_shown_in_a_frame_and_other_tricks_with_answers(self, target, signed_in):
        """Every page, redirect and error says what browsers need to know."""
        browser, _ = signed_in
        for visitor in (browser, target.browser()):
            for path in [path for _, path in pages_of()] + ["/api/session", "/api/account", "/gatewright/none"]:
                page = visitor.get(path)
                headers = {name.lower(): value for name, value in page.headers}
                policy = headers["content-security-policy"]
                assert "unsafe" not in policy
                assert "frame-ancestors 'none'" in policy
                if "text/html" in headers.get("content-type", ""):
                    assert "object-src 'none'" in policy
                    assert "base-uri 'none'" in policy
                assert headers["x-content-type-options"] == "nosniff"
                assert headers["x-frame-options"] == "DENY"
                assert headers["referrer-policy"] == "same-origin"
                assert headers["cross-origin-opener-policy"] == "same-origin"
                assert headers["strict-transport-security"].startswith("max-age=31536000")
                assert headers["cache-control"] in ("no-store", "no-cache")


def test_allowing_every_origin():
    """Whoever wants to open the API to all sites, with cookies, is told at the start that this cannot be."""
    for origins in ("*", "https://*", "null", "https://*.example.com"):
        with pytest.raises(ValueError, match=r"(?i)trusted_origins"):
            Settings(**SETTINGS | {"trusted_origins": origins})


def given_in(case):
    return case["value"] if isinstance(case["value"], list) else [case["value"] or ""]


def test_leading_a_visitor_off_the_site_after_a_sign_in(target, anna):
    """Whatever ``next`` says, by form and by JSON, a sign-in leads to a path of this site, and into no header."""
    leading = []
    for case in [*CASES, *({"value": value} for value in MORE_TARGETS)]:
        given = given_in(case)
        query = urlencode([("next", each.encode("utf-8", "replace")) for each in given])
        browser = target.browser()
        form = browser.get(f"/login?{query}&redirect_to={quote(given[-1])}").form("/login")
        answer = browser.submit(form, email="anna@example.com", password=PASSWORD)
        document = {"email": "anna@example.com", "password": PASSWORD, "next": given[-1], "redirect_uri": given[-1]}
        status, said = target.call(target.browser(), "/api/login", document)
        assert (answer.status, status) == (303, 200), case
        assert not [value for name, value in answer.headers if name.lower() != "location" and "evil" in value], case
        is_home = answer.location == "/"
        is_fine = "expected" not in case or is_home == (case["expected"] != "accept" or given[-1] == "/")
        if leads_off_the_site(answer.location) or leads_off_the_site(said.get("next") or "/") or not is_fine:
            leading.append((case["value"], answer.location))
    assert leading == []


def nearly_pages():
    """Yield addresses that are nearly those of pages, and name another host besides."""
    for value in [value for case in CASES for value in given_in(case) if len(value) < 500] + MORE_TARGETS:
        written = quote(value, safe="/\\:@?#&=;%~*!,()[]'")
        for path in ("/login", "/account", "/confirm_password"):
            yield from (f"/{written}{path}/", f"{path}/{written}/", f"{written}{path}")
    for _, path in [*pages_of(), ("", "/.well-known/change-password")]:
        for query in (
            "next=//evil.example",
            "next=https://evil.example&next=/x",
            "state=x&redirect_uri=//evil.example",
        ):
            yield f"{path}?{query}"


def test_leading_a_visitor_off_the_site_by_an_address_of_ours(target):
    """Neither the redirect to the page that was meant leads away, nor that to a sign-in which comes first."""
    for asked in nearly_pages():
        if asked.startswith("/"):
            status, headers, _ = target.send("GET", asked, [("Accept", "text/html")])
            assert status < 500, asked
            assert not any(leads_off_the_site(value) for name, value in headers if name.lower() == "location"), asked


ICON = [("class", "icon"), ("viewbox", "0 0 24 24"), ("aria-hidden", "true")]
"""The attributes of a method's icon, exactly."""


class Reader(HTMLParser):
    """Finds in a page, or a mail, whatever a browser would run that is not ours."""

    def __init__(self, text):
        super().__init__()
        self.found = re.findall("94011", text)
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            is_link = name in ("href", "src", "action", "formaction")
            runs = is_link and re.match(r"\s*(javascript|vbscript|data:text/html)", value or "", re.IGNORECASE)
            if runs or name.startswith("on") or name == "srcdoc":
                self.found.append((tag, name, value))
        is_script_of_ours = tag == "script" and (dict(attrs).get("src") or "").startswith("/gatewright/")
        is_ours = is_script_of_ours or (tag == "svg" and attrs == ICON)
        if tag in ("script", "iframe", "object", "embed", "base", "svg") and not is_ours:
            self.found.append((tag, attrs))


def pages_with(target, text):
    """Type a text wherever something can be typed, and return every page that comes back."""
    browser = target.browser(user_agent=text)
    query = urlencode(dict.fromkeys(("state", "scope", "error", "client_name"), text) | {"next": f"/{text}"})
    yield from (browser.get(f"{path}?{query}") for _, path in pages_of(token=quote(text, safe="")))
    typed = dict.fromkeys(("email", "username", "password", "password_confirm", "first_name"), text)
    for path in ("/login", "/signup", "/password-reset", "/email_verification"):
        page = browser.submit(browser.get(path).form(path), **typed)
        yield from (page, browser.follow(page))
    yield browser.submit(browser.get("/login").form("/login/wallet"), evrmore_address=text)
    yield browser.submit(target.ask_for_challenge(browser, Wallet.new(text)), signature=text)
    target.log_in(browser)
    for action, fields in (
        ("profile", {"first_name": text, "last_name": text}),
        ("username", {"username": text, "current_password": PASSWORD}),
        ("email", {"email": text, "current_password": PASSWORD}),
    ):
        yield browser.submit(browser.get("/account").form("/account", action=action), **fields)
    yield from (browser.get(path) for path in ("/account", "/account/delete", "/confirm_password"))


@pytest.mark.shows_secrets
def test_having_a_page_run_what_was_typed(target, anna):
    """Whatever stands in a field, an address, or the name of a browser comes back as text."""
    for text in BREAKOUTS:
        pages = [page.text for page in pages_with(target, text)]
        assert [found for page in pages for found in Reader(page).found] == []
        assert text in html.unescape("".join(pages))


def test_having_a_mail_run_what_was_typed(target):
    """A notice names browser, account and place as they were said, as text; and nobody adds a header to a mail."""
    target.register("anna")
    for text in (SCRIPT, "x\r\nBcc: eve@evil.example", "\"><a href='https://evil.example'>click</a>"):
        browser = target.browser(user_agent=text.replace("\r\n", " "))
        target.log_in(browser)
        browser.submit(browser.get("/account").form("/account", action="profile"), first_name=text)
        target.clock.advance(days=200)
        browser.submit(browser.get("/password-reset").form("/password-reset"), email="anna@example.com")
    mails = target.mails()
    assert len(mails) >= 3
    for mail in mails:
        assert mail.to == "anna@example.com"
        assert not re.search(r"[\r\n]", mail.subject)
        assert Reader(mail.html).found == []
        assert "href='https://evil" not in mail.html
