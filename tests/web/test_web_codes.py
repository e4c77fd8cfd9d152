"""The pages of authenticator apps and recovery codes: set up, sign in, start over."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from authenticator_apps import wrong_code
from gatewright.testing import AuthenticatorApp

PASSWORD = "correct horse battery staple"
APP, CODES, STEP = "/account/methods/totp", "/account/methods/recovery_codes", "/login/step"


@pytest.fixture
def clock(gatewright_clock):
    return gatewright_clock


@pytest.fixture
def app_of():
    """The authenticator app that reads what a page shows."""
    return lambda page: AuthenticatorApp(html.unescape(re.search(r'href="(otpauth:[^"]+)"', page.text)[1]))


@pytest.fixture
def set_up(browser, anna, log_in, clock, app_of):
    """Sign anna in, set her app up on the page, and return it; a minute later."""

    def set_up():
        log_in(browser)
        page = browser.get(APP)
        app = app_of(page)
        assert browser.submit(page.form(APP, action="enrol"), code=app.code(clock.now())).location == "/account"
        clock.advance(minutes=1)
        return app

    return set_up


@pytest.fixture
def codes_of():
    """The recovery codes that a page shows."""
    return lambda page: re.search(r'id="recovery-codes"[^>]*>([^<]+)<', page.text)[1].split()


def test_the_page_shows_what_an_app_needs(browser, anna, log_in, app_of):
    """The key as text with a button that copies it, and as a picture that our content security policy allows."""
    log_in(browser)
    page = browser.get(APP)
    key = re.search(r'id="totp-secret"[^>]*>([^<]+)<', page.text)[1]
    picture = re.search(r'<img class="qr" src="data:image/svg\+xml,([^"]+)"\s+alt="([^"]+)"', page.text)
    assert app_of(page).parameters["secret"] == key.replace(" ", "")
    assert ElementTree.fromstring(unquote(picture[1])).tag == "{http://www.w3.org/2000/svg}svg"
    assert "QR code" in picture[2]
    assert "img-src 'self' data:" in page.header("content-security-policy")
    assert not re.search(r"<svg|\sstyle=|\son\w+=|<script(?! src)", page.text)
    assert 'data-copy="totp-secret"' in page.text


def test_a_wrong_code_leaves_the_key_as_it_is(browser, anna, log_in, clock, app_of):
    """Nobody has to scan again because of a slip."""
    log_in(browser)
    page = browser.get(APP)
    app = app_of(page)
    again = browser.submit(page.form(APP, action="enrol"), code=wrong_code(app, clock.now()))
    assert again.status == 422
    assert app_of(again).uri == app.uri
    assert browser.submit(again.form(APP, action="enrol"), code=app.code(clock.now())).location == "/account"


def test_the_second_step_asks_for_a_code(pages, set_up, log_in, clock):
    """As a field that phones fill in by themselves; then the visitor is where they were going."""
    app, browser = set_up(), pages.browser()
    page = log_in(browser)
    assert page.location == STEP
    page = browser.get(STEP)
    assert re.search(r'<input[^>]*name="code"[^>]*autocomplete="one-time-code"', page.text)
    assert re.search(r'<input[^>]*name="code"[^>]*inputmode="numeric"', page.text)
    assert pages.user_of(browser) is None

    wrong = browser.submit(page.form(STEP, action="prove"), code=wrong_code(app, clock.now()))
    assert wrong.status == 422
    assert pages.user_of(browser) is None
    right = browser.submit(wrong.form(STEP, action="prove"), code=app.code(clock.now()))
    assert right.status == 303
    assert pages.user_of(browser).username == "anna"


def test_a_second_app_is_offered_to_those_who_have_one(browser, set_up, clock, app_of):
    """A new phone replaces the old one."""
    old = set_up()
    page = browser.get(APP)
    assert "Use another app" in page.text
    new = app_of(page)
    assert new.uri != old.uri
    assert browser.submit(page.form(APP, action="enrol"), code=new.code(clock.now())).location == "/account"


def test_recovery_codes_are_shown_once_and_can_be_downloaded(browser, set_up, codes_of):
    """As a link to a text file that needs no script; afterwards the page says how many are left."""
    set_up()
    page = browser.get(CODES)
    shown = browser.submit(page.form(CODES, action="enrol"))
    codes = codes_of(shown)
    file = re.search(r'download="recovery-codes.txt" href="data:text/plain;charset=utf-8,([^"]+)"', shown.text)
    assert len(codes) == 10
    assert unquote(file[1]).split("\n\n")[1].split("\n") == codes
    assert shown.header("cache-control") == "no-store"
    again = browser.get(CODES)
    assert not any(code in again.text for code in codes)
    assert "You have 10 codes left." in again.text


def test_a_recovery_code_finishes_a_sign_in(pages, browser, set_up, log_in, codes_of):
    """It is the last of the choices, and one fewer is left afterwards."""
    set_up()
    codes = codes_of(browser.submit(browser.get(CODES).form(CODES, action="enrol")))
    other = pages.browser()
    log_in(other)
    page = other.get(STEP)
    assert f'href="{STEP}?method=recovery_codes"' in page.text
    page = other.get(f"{STEP}?method=recovery_codes")
    assert other.submit(page.form(STEP, method="recovery_codes"), code=codes[0].lower()).status == 303
    assert pages.user_of(other).username == "anna"
    assert "You have 9 codes left." in browser.get(CODES).text


def test_new_codes_are_offered_to_those_who_have_some(browser, set_up, codes_of):
    """The page says what becomes of the old ones."""
    set_up()
    old = codes_of(browser.submit(browser.get(CODES).form(CODES, action="enrol")))
    page = browser.get(CODES)
    assert "the ones you have stop working" in page.text
    assert set(codes_of(browser.submit(page.form(CODES, action="enrol")))).isdisjoint(old)


@pytest.mark.parametrize("page", [APP, CODES])
def test_whoever_owes_a_second_factor_is_sent_to_the_step(pages, set_up, log_in, page):
    """A password alone shows no page of what could replace what they have."""
    set_up()
    browser = pages.browser()
    log_in(browser)
    answer = browser.get(page)
    assert answer.status == 303
    assert answer.location == STEP


def send(browser, path, **body):
    """Send JSON as a single-page application does, and return the status and what came back."""
    kind = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")]
    page = browser.send("POST", f"/api{path}", headers=kind, body=json.dumps(body).encode())
    return page.status, json.loads(page.text) if page.text else None


def test_the_json_api_does_the_same(pages, browser, anna, clock):
    """Set up, sign in with the app, sign in with a recovery code."""
    send(browser, "/login", email="anna@example.com", password=PASSWORD)
    status, begun = send(browser, APP, action="begin")
    assert (status, set(begun)) == (200, {"secret", "uri", "qr_svg"})
    app = AuthenticatorApp(begun["uri"])
    status, problem = send(browser, APP, action="enrol", code=wrong_code(app, clock.now()))
    assert (status, problem["code"]) == (401, "invalid_proof")
    status, enrolled = send(browser, APP, action="enrol", code=app.code(clock.now()))
    assert (status, list(enrolled), enrolled["user"]["username"]) == (200, ["user"], "anna")
    status, shown = send(browser, CODES, action="enrol")
    assert (status, len(shown["codes"])) == (200, 10)

    clock.advance(minutes=1)
    for method, code in (("totp", app.code(clock.now())), ("recovery_codes", shown["codes"][0])):
        other = pages.browser()
        status, problem = send(other, "/login", email="anna@example.com", password=PASSWORD)
        assert (status, problem["code"]) == (403, "second_factor_required")
        assert send(other, STEP, method=method, action="prove", code=[code])[0] == 401
        assert pages.user_of(other) is None
        assert send(other, STEP, method=method, action="prove", code=code) == (200, enrolled)
        assert pages.user_of(other).username == "anna"
