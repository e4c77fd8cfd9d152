"""The same browser-level scenarios through all four frameworks: equal status, headers, cookies and bodies."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest

from gatewright.testing import Wallet
from gatewright.web.visit_cookie import VisitCookie

pytestmark = pytest.mark.xdist_group("conformance")

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "purple monkey dishwasher rain"
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SCENARIOS = {}

OF_THE_SERVER = {"date", "server", "connection", "keep-alive", "transfer-encoding"}
"""Headers that the HTTP server writes, whatever the application says."""

CHANGING = [
    (re.compile(r"data:[\w/+;=-]+,[^\"]*"), "DATA"),  # a challenge as a picture, and as a file
    (re.compile(r"http://127\.0\.0\.1:\d+"), "http://HOST"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST"),
    (re.compile(r"((?:__Host-)?gatewright(?:-remember)?=)[\w.-]+"), r"\1VALUE"),
    (re.compile(r"[0-9a-f]{32}"), "HEX"),
    (re.compile(r"(<time datetime=\"[^\"]*\">)[^<]*"), r"\1MOMENT"),  # in words, to the minute
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "MOMENT"),
    (re.compile(r"(Expires=)[^;]+"), r"\1MOMENT"),
    (re.compile(r"\w{3} \d+, \d{4}, \d+:\d\d:?\d*[\s\u202f]?[AP]?M?"), "MOMENT"),
    (re.compile(r"/(password-reset|email_verification|email_change)/[\w-]{43}"), r"/\1/TOKEN"),
]
"""What differs from one process to another: ports, secrets, moments."""


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def steady(text):
    for pattern, replacement in CHANGING:
        text = pattern.sub(replacement, text)
    return text


def seen(page, *, is_applications=False):
    """What of an answer must be equal. Of a page of the application, everything but its body and its kind."""
    headers = sorted((name.lower(), steady(value)) for name, value in page.headers if name.lower() not in OF_THE_SERVER)
    if is_applications:
        return page.status, [header for header in headers if header[0] == "cache-control"]
    without_length = [header for header in headers if header[0] != "content-length"]
    return page.status, without_length, steady(page.text)


def log_in(browser, name="anna", password=PASSWORD, **fields):
    return browser.submit(browser.get("/login").form("/login"), email=name, password=password, **fields)


@scenario
def pages_for_guests(app):
    browser = app.browser()
    paths = ("/login", "/signup", "/password-reset", "/email_verification", "/account", "/confirm_password")
    for path in (*paths, "/login?next=/dashboard", "/login/wallet", "/password-reset/nonsense"):
        yield seen(browser.get(path))


@scenario
def a_page_without_its_body(app):
    answer = app.browser().send("HEAD", "/login", headers=[("Accept", "text/html")])
    yield answer.status, sorted(name.lower() for name, _ in answer.headers if name.lower() not in OF_THE_SERVER)
    yield answer.text


@scenario
def files_of_the_pages(app):
    for name in ("style.css", "copy.js", "gate.svg", "nothing.css", "../site.py"):
        yield seen(app.browser().get(f"/gatewright/{name}"))
    yield seen(app.browser().send("POST", "/gatewright/style.css"))


@scenario
def a_protected_page(app):
    browser = app.browser()
    yield seen(browser.get("/dashboard?tab=1"))
    for headers in ([], [("Accept", "application/json")], [("Accept", "text/html"), ("Authorization", "Bearer x")]):
        yield seen(browser.send("GET", "/dashboard", headers=headers))
    yield seen(browser.follow(browser.get("/dashboard")))
    yield seen(browser.submit(browser.get("/login?next=/dashboard").form("/login"), email="anna", password=PASSWORD))
    yield seen(browser.get("/dashboard"), is_applications=True)
    yield seen(browser.get("/"), is_applications=True)


@scenario
def a_protected_page_of_others_than_readers(app):
    browser = app.browser()
    yield seen(browser.get("/dashboard", headers=[("HX-Request", "true"), ("Sec-Fetch-Mode", "cors")]))
    for path in ("/account", "/confirm_password"):
        yield seen(browser.get(path, headers=[("X-Requested-With", "XMLHttpRequest")]))
        yield seen(browser.post(path, {}))


@scenario
def addresses_beside_those_of_the_pages(app):
    browser = app.browser()
    for path in ("/login/?next=/dashboard", "/password-reset/nonsense/", "/.well-known/change-password"):
        yield seen(browser.get(path))
    yield seen(browser.post("/login/", {"email": "anna"}))


@scenario
def an_administrators_page(app):
    browser = app.browser()
    yield seen(browser.get("/admin-area"))
    log_in(browser)
    yield seen(browser.get("/admin-area"))
    yield seen(browser.send("GET", "/admin-area", headers=[("Accept", "*/*")]))
    boss = app.browser()
    log_in(boss, "boss")
    yield seen(boss.get("/admin-area"), is_applications=True)


@scenario
def failed_logins(app):
    browser = app.browser(language="de")
    for fields in ({"password": "wrong"}, {"email": "nobody"}, {"email": ""}, {"password": ""}, {"password": None}):
        answer = browser.submit(
            browser.get("/login").form("/login"), **{"email": "anna", "password": PASSWORD} | fields
        )
        yield seen(answer)
        yield seen(browser.follow(answer))


@scenario
def a_login_by_wallet(app):
    browser, wallet = app.browser(), Wallet.new("conformance")
    form = browser.get("/login?next=/dashboard").form("/login/wallet")
    yield seen(browser.submit(form, evrmore_address="nonsense"))
    step = browser.submit(form, evrmore_address=wallet.address)
    yield seen(step)
    signing = step.form("/login/wallet", evrmore_address=wallet.address)
    yield seen(browser.submit(signing, signature="nonsense"))
    yield seen(browser.submit(signing, signature=wallet.sign(signing.fields["challenge"])))
    yield seen(browser.get("/account"))


@scenario
def a_signup(app):
    browser = app.browser(language="es")
    form = browser.get("/signup").form("/signup")
    yield seen(browser.submit(form, email="nonsense", password="short", password_confirm="other", last_name="Ruíz <b>"))
    yield seen(browser.submit(form, email="anna@example.com", password=PASSWORD, password_confirm=PASSWORD))
    yield seen(browser.submit(form, email="new@example.com", password=PASSWORD, password_confirm=PASSWORD))
    (mail,) = (mail for mail in app.deliver() if mail.to == "new@example.com")
    yield steady(mail.subject), steady(mail.text), steady(mail.html)
    link = re.search(r"http://[^/\s]+(/\S+)", mail.text)[1]
    page = browser.get(link)
    yield seen(page)
    yield seen(browser.follow(log_in(browser, "new@example.com")))
    yield seen(browser.submit(page.form(link)))
    yield seen(log_in(browser, "new@example.com"))
    yield seen(browser.get(link))


@scenario
def a_signup_on_the_way_somewhere(app):
    browser, elsewhere = app.browser(), app.browser()
    page = browser.get(browser.get("/dashboard?tab=1").location)
    yield seen(page)
    page = browser.get(re.search(r'href="(/signup[^"]*)"', page.text)[1])
    yield seen(page)
    typed = {"email": "way@example.com", "password": PASSWORD, "password_confirm": PASSWORD}
    yield seen(browser.submit(page.form("/signup"), **typed))
    (mail,) = (mail for mail in app.deliver() if mail.to == "way@example.com")
    link = re.search(r"http://[^/\s]+(/\S+)", mail.text)[1]
    verified = elsewhere.submit(elsewhere.get(link).form(link))
    yield seen(verified)
    form = elsewhere.get(verified.location).form("/login")
    signed_in = elsewhere.submit(form, email="way@example.com", password=PASSWORD)
    yield seen(signed_in)
    assert signed_in.location == "/dashboard?tab=1"


@scenario
def a_forgotten_password(app):
    browser = app.browser()
    form = browser.get("/password-reset").form("/password-reset")
    for email in ("boss@example.com", "nobody@example.com", "nonsense"):
        yield seen(browser.submit(form, email=email))
    (mail,) = (mail for mail in app.deliver() if mail.to == "boss@example.com")
    link = re.search(r"http://[^/\s]+(/\S+)", mail.text)[1]
    page = browser.get(link)
    yield seen(page)
    yield seen(browser.submit(page.form(), password="short", password_confirm="short"))
    yield seen(browser.submit(page.form(), password=PASSWORD, password_confirm=PASSWORD))
    yield seen(browser.get(link))


@scenario
def the_account(app):
    browser = app.browser(language="fr")
    log_in(browser)
    page = browser.get("/account")
    saved = browser.submit(page.form("/account", action="profile"), first_name="Anna", last_name="Müller")
    yield seen(saved)
    page = browser.follow(saved)
    yield page.status, page.form("/account", action="profile").fields["last_name"]
    typed = {"current_password": "wrong", "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    yield browser.submit(page.form("/account", action="password"), **typed).status
    yield seen(browser.post("/account", page.form("/account", action="profile").fields | {"action": "nonsense"}))


@scenario
def an_account_from_beginning_to_end(app):
    browser = app.browser(language="it")
    form = browser.get("/signup").form("/signup")
    browser.submit(form, email="ida@example.com", username="ida", password=PASSWORD, password_confirm=PASSWORD)
    (mail,) = (mail for mail in app.deliver() if mail.to == "ida@example.com")
    link = re.search(r"http://[^/\s]+(/\S+)", mail.text)[1]
    browser.submit(browser.get(link).form(link))
    log_in(browser, "ida")
    page = browser.get("/account")
    for typed in ({"username": "anna"}, {"username": "ada", "current_password": "wrong"}, {"username": "ada"}):
        form = page.form("/account", action="username")
        yield seen(browser.submit(form, **{"current_password": PASSWORD} | typed))
    for email in ("nonsense", "anna@example.com", "ada@example.com"):
        asked = browser.submit(page.form("/account", action="email"), email=email, current_password=PASSWORD)
        yield seen(asked)
    yield seen(browser.follow(asked))
    mails = {mail.to: mail for mail in app.deliver()}
    yield sorted(mails), [steady(mail.text) for _, mail in sorted(mails.items())]
    link = re.search(r"http://[^/\s]+(/\S+)", mails["ada@example.com"].text)[1]
    page = browser.get(link)
    yield seen(page)
    yield seen(browser.submit(page.form(link)))
    yield seen(browser.get(link))
    yield seen(browser.get("/account/export"))
    export = browser.get("/account").form("/account/export")
    for password in ("wrong", PASSWORD):
        yield seen(browser.submit(export, current_password=password))
    page = browser.get("/account/delete")
    yield seen(page)
    for password in ("wrong", PASSWORD):
        yield seen(browser.submit(page.form("/account/delete"), current_password=password))
    yield sorted(mail.to for mail in app.deliver())
    yield seen(log_in(browser, "ada"))
    yield seen(app.browser().get("/account/delete"))


@scenario
def a_remembered_browser(app):
    browser = app.browser()
    yield seen(log_in(browser, remember_me="on"))
    del browser.cookies["gatewright"]
    yield browser.get("/account").status
    yield seen(browser.get("/dashboard"), is_applications=True)
    page = browser.get("/confirm_password?next=/dashboard")
    yield seen(page)
    token = page.form("/confirm_password").fields["csrf_token"]
    yield seen(browser.post("/account", {"csrf_token": token, "action": "profile", "first_name": "Eve"}))
    yield seen(browser.submit(page.form("/confirm_password"), password=PASSWORD))


@scenario
def a_logout(app):
    browser = app.browser()
    log_in(browser, remember_me="on")
    form = browser.get("/account").form("/logout")
    yield seen(browser.get("/logout"))
    yield seen(browser.submit(form, csrf_token="nonsense"))
    yield seen(browser.submit(form))
    yield sorted(browser.cookies)
    yield seen(browser.get("/dashboard"))


@scenario
def two_tabs(app):
    browser = app.browser()
    tabs = [browser.get("/login?next=/dashboard").form("/login") for _ in range(2)]
    for tab, name in zip(tabs, ("anna", "boss"), strict=True):
        answer = browser.submit(tab, email=name, password=PASSWORD, headers=[("Sec-Fetch-Site", "same-origin")])
        yield seen(answer)
        assert (answer.status, answer.location) == (303, "/dashboard")
    logouts = [browser.get("/account").form("/logout") for _ in range(2)]
    for logout in logouts:
        answer = browser.submit(logout, headers=[("Sec-Fetch-Site", "same-origin")])
        yield seen(answer)
        assert answer.status == 303
    log_in(browser)
    yield seen(browser.submit(logouts[0]))


@scenario
def forms_out_of_date(app):
    browser = app.browser()
    typed = {"email": "anna@example.com", "first_name": "Anna", "password": PASSWORD, "password_confirm": PASSWORD}
    for path in ("/login", "/signup", "/password-reset", "/email_verification"):
        form = browser.get(f"{path}?next=/dashboard").form(path)
        browser.cookies.clear()
        page = browser.submit(form, **typed)
        yield seen(page)
        assert (page.status, page.form(path).fields["email"]) == (403, "anna@example.com")
    log_in(browser)
    form = browser.get("/account").form("/account", action="profile")
    page = browser.submit(form, csrf_token="old", first_name="Anna")
    yield page.status, page.form("/account", action="profile").fields["first_name"]


@scenario
def requests_of_other_sites(app):
    browser = app.browser()
    form = browser.get("/login").form("/login")
    for header in (("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")):
        yield seen(browser.submit(form, email="anna", password=PASSWORD, headers=[header]))
        yield seen(browser.send("POST", "/api/login", headers=[JSON, header], body=b"{}"))


@scenario
def requests_of_a_trusted_origin(app):
    script, origin = app.browser(), ("Origin", "https://app.example")
    for site in ("same-site", "cross-site"):
        headers = [JSON, origin, ("Sec-Fetch-Site", site)]
        for name in ("a stranger", "anna"):
            body = json.dumps({"email": name, "password": PASSWORD}).encode()
            answer = script.send("POST", "/api/login", headers=headers, body=body)
            assert (answer.status, *allowed(answer)) == (200 if name == "anna" else 401, origin[1], "true")
            yield seen(answer)
    body = json.dumps({"action": "profile", "first_name": "Anna"}).encode()
    answer = script.send("POST", "/api/account", headers=[JSON, origin, ("Sec-Fetch-Site", "same-site")], body=body)
    assert answer.status == 204
    for method, body in (("GET", b""), ("POST", b"["), ("POST", b"x" * 70_000), ("PUT", b"")):
        for headers in ([JSON, origin], [JSON, ("Origin", "https://evil.example")], [JSON, ("Origin", "null")], [JSON]):
            answer = script.send(method, "/api/account", headers=headers, body=body)
            assert allowed(answer) == ((origin[1], "true") if origin in headers else (None, None))
            assert [value for name, value in answer.headers if name.lower() == "vary"] == [
                "Cookie, Accept-Language, Origin"
            ]
            yield seen(answer)
    yield seen(script.get("/login", headers=[origin]))


@scenario
def preflights(app):
    asked = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]
    for path in ("/api/login", "/api/account", "/api/password-reset/token"):
        answer = app.browser().send("OPTIONS", path, headers=[("Origin", "https://APP.example:443"), *asked])
        assert (answer.status, *allowed(answer)) == (204, "https://APP.example:443", "true")
        assert answer.header("access-control-allow-headers") == "authorization, content-type"
        yield seen(answer)
    for origin in ("https://evil.example", "https://app.example.evil.example", "http://app.example", "null", "*"):
        answer = app.browser().send("OPTIONS", "/api/login", headers=[("Origin", origin), *asked])
        assert (answer.status, *allowed(answer)) == (405, None, None)
        yield seen(answer)


def allowed(page):
    return page.header("access-control-allow-origin"), page.header("access-control-allow-credentials")


@scenario
def behind_proxies(app):
    for addresses, schemes, is_https in (
        ("203.0.113.7", "wss", True),
        ("203.0.113.7", "WSS", True),
        ("203.0.113.7", "ws", False),
        ("203.0.113.7", "https, http", False),
        ("203.0.113.7, 10.0.0.9", "https, http", True),
        ("203.0.113.7, 10.0.0.9", "http, https, http", True),
        ("203.0.113.7", "nonsense", False),
    ):
        headers = [("X-Forwarded-For", addresses), ("X-Forwarded-Proto", schemes)]
        browser = app.browser(is_https=is_https)
        answer = browser.get("/login", headers=headers)
        assert list(browser.cookies) == ["__Host-gatewright" if is_https else "gatewright"]
        yield seen(answer)
        form, origin = answer.form("/login"), f"{'https' if is_https else 'http'}://{urlsplit(app.url).netloc}"
        typed = {"email": "anna", "password": PASSWORD}
        assert browser.submit(form, headers=[*headers, ("Origin", origin)], **typed).location == "/dashboard"
        yield seen(browser.get("/dashboard", headers=headers), is_applications=True)


@scenario
def a_cookie_that_is_too_full(app):
    for size in (2700, 2750, 6000):
        browser, cookie = app.browser(), VisitCookie(app.auth.parts.seal, None, room=100_000)
        cookie["auth"] = {"data": {"basket": "x" * size}}
        browser.cookies["gatewright"] = cookie.value
        form = browser.get("/login").form("/login")
        yield seen(browser.submit(form, email="nobody" * 50, password="wrong"))
        assert log_in(browser).location == "/dashboard"


@scenario
def bodies_that_are_none(app):
    browser = app.browser()
    browser.get("/login")
    for path in ("/login", "/signup", "/api/login"):
        for kind in ([], [("Content-Type", "text/plain")], [("Content-Type", "multipart/form-data; boundary=x")]):
            yield seen(browser.send("POST", path, headers=kind, body=b"x=1"))
    yield seen(browser.send("POST", "/login", headers=[FORM], body=b"x=" + b"1" * 70_000))
    yield seen(browser.send("POST", "/login", headers=[FORM], body=b"&".join(b"a%d=1" % i for i in range(100))))
    yield seen(browser.send("POST", "/api/login", headers=[JSON], body=b"[" * 60_000))
    yield seen(browser.send("POST", "/api/login", headers=[JSON], body=b"\xff"))


def as_multipart(fields):
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    return "".join([*parts, "--x--\r\n"]).encode()


@scenario
def forms_as_multipart(app):
    browser = app.browser()
    kind, page = ("Content-Type", "multipart/form-data; boundary=x"), ("Accept", "text/html")

    def post(fields, *headers, path="/login"):
        return browser.send("POST", path, headers=[kind, page, *headers], body=as_multipart(fields))

    fields = browser.get("/login").form("/login").fields | {"email": "anna", "password": PASSWORD, "remember_me": "on"}
    yield seen(post(fields, ("Sec-Fetch-Site", "cross-site")))
    yield seen(post(fields | {"csrf_token": "nonsense"}))
    yield seen(post(fields | {"filler": "x" * 70_000}))
    yield seen(post(fields | {f"filler{number}": "" for number in range(40)}))
    yield seen(post({}, path="/api/login"))
    signed_in = post(fields)
    yield seen(signed_in)
    assert signed_in.status == 303
    assert post(browser.get("/account").form("/logout").fields, path="/logout").status == 303
    yield sorted(browser.cookies)


@scenario
def other_methods(app):
    browser = app.browser()
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        yield seen(browser.send(method, "/login"))
        yield seen(browser.send(method, "/api/account"))


@scenario
def the_json_twins(app):
    browser = app.browser()

    def post(path, **body):
        return seen(browser.send("POST", f"/api{path}", headers=[JSON], body=json.dumps(body).encode()))

    yield seen(browser.send("GET", "/api/session"))
    yield seen(browser.send("GET", "/api/account"))
    yield post("/login", email="anna", password="wrong")
    yield post("/login", email="anna")
    yield post("/login", email="anna", password=PASSWORD, remember_me=True)
    yield post("/signup", email="x", password=PASSWORD)
    yield post("/signup", email="anna@example.com", password=PASSWORD)
    yield post("/password-reset", email="nobody@example.com")
    yield post("/password-reset/nonsense", password=PASSWORD)
    yield post("/email_verification", email="nobody@example.com")
    yield post("/email_verification/nonsense")
    yield post("/login/wallet", evrmore_address=Wallet.new("conformance").address)
    yield post("/account", action="nonsense")
    yield post("/account", action="profile", last_name="Ümit")
    yield post("/account", action="username", username="boss", current_password=PASSWORD)
    yield post("/account", action="email", email="boss@example.com", current_password=PASSWORD)
    yield post("/account/export")
    yield post("/account/export", current_password=PASSWORD)
    yield post("/email_change/nonsense")
    yield post("/confirm_password", password=PASSWORD)
    yield post("/logout")
    yield post("/account/delete", current_password=PASSWORD)
    yield seen(browser.send("GET", "/api/session"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_all_frameworks_answer_alike(applications, name):
    """Each scenario gives the same transcript in every framework."""
    transcripts = {framework: list(SCENARIOS[name](app)) for framework, app in applications.items()}
    reference = transcripts.pop("starlette")

    assert len(reference) > 0
    for framework, transcript in transcripts.items():
        for step, (expected, actual) in enumerate(zip(reference, transcript, strict=True)):
            assert actual == expected, f"{framework}, step {step}"
