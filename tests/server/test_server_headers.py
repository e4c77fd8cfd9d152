"""What holds for every answer: headers and cookies, on http and on https."""

from __future__ import annotations

import pytest

PASSWORD = "correct horse battery staple"
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
HTTPS = ("X-Forwarded-Proto", "https")
HTML = {"Accept": "text/html"}


def policy(answer):
    directives = (directive.split() for directive in answer.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


def every_answer(site, client):
    """One answer of each kind, good and bad."""
    token = site.sign_in(client)["token"]
    address, _ = site.auth.create_wallet_address()
    form = {"csrf_token": client.get("/api/session").json()["csrf_token"]}
    yield client.get("/healthz")
    yield client.get("/openapi.json")
    yield client.get("/me", headers={"Authorization": f"Bearer {token}"})
    yield client.post("/logout", headers={"Authorization": f"Bearer {token}"})
    yield client.get("/me")
    yield client.get("/nowhere")
    yield client.delete("/")
    yield client.delete("/login")
    yield client.post("/challenge", json={})
    yield client.post("/challenge", content=b" " * 100_000)
    yield client.get("/")
    yield client.get("/signup")
    yield client.get("/account")
    yield client.get("/password-reset/nonsense", headers=HTML)
    yield client.get("/api/session")
    yield client.post("/api/login", json={})
    yield client.post("/login/wallet", data=form | {"evrmore_address": address})
    yield client.post("/login/wallet", data=form | {"evrmore_address": "E"})
    yield client.post("/login/wallet", data=form, headers=HTML | {"Sec-Fetch-Site": "cross-site"})
    yield client.post("/login/wallet", content=b"E", headers={"Content-Type": "text/plain"})
    yield client.post("/logout", data=form)
    yield client.get("/login/wallet")


def test_every_answer_is_protected(site, client):
    """Pages, data, redirects and errors."""
    answers = list(every_answer(site, client))

    assert {answer.status_code for answer in answers} == {200, 204, 303, 401, 403, 404, 405, 410, 413, 415, 422}
    for answer in answers:
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        assert answer.headers.get_list("x-frame-options") == ["DENY"]
        assert answer.headers.get_list("referrer-policy") == ["same-origin"]
        assert answer.headers.get_list("cross-origin-opener-policy") == ["same-origin"]
        assert answer.headers.get_list("cross-origin-resource-policy") == ["same-origin"]
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert answer.headers.get_list("vary") == ["Cookie, Accept-Language"]
        assert len(answer.headers.get_list("content-security-policy")) == 1
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "unsafe" not in answer.headers["content-security-policy"]
        else:
            assert answer.headers["content-security-policy"] == DATA_POLICY


def test_the_policy_of_pages_allows_our_own_files_only(client):
    """No inline code, no other origin, no frame around it."""
    answer = client.get("/")

    assert policy(answer) == {
        "default-src": {"'none'"},
        "style-src": {"'self'"},
        "script-src": {"'self'"},
        "img-src": {"'self'", "data:"},
        "form-action": {"'self'"},
        "frame-ancestors": {"'none'"},
        "base-uri": {"'none'"},
        "object-src": {"'none'"},
    }
    assert "style=" not in answer.text
    assert "<style" not in answer.text
    assert "onclick" not in answer.text
    scripts = [f'<script src="/gatewright/{name}.js" defer></script>' for name in ("copy", "once", "reveal")]
    assert answer.text.count("<script") == sum(answer.text.count(script) for script in scripts) == 3


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("style.css", "text/css; charset=utf-8"),
        ("copy.js", "text/javascript; charset=utf-8"),
        ("once.js", "text/javascript; charset=utf-8"),
        ("reveal.js", "text/javascript; charset=utf-8"),
        ("gate.svg", "image/svg+xml"),
    ],
)
def test_static_files_may_be_kept_if_they_are_checked(client, path, media_type):
    """The browser asks whether its copy is still good, so that a new release is seen at once."""
    answer = client.get(f"/gatewright/{path}")

    assert answer.status_code == 200
    assert answer.content
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == DATA_POLICY
    assert "set-cookie" not in answer.headers
    again = client.get(f"/gatewright/{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for known, status in (('"another"', 200), ("*", 304), (f'"another", W/{answer.headers["etag"]}', 304)):
        assert client.get(f"/gatewright/{path}", headers={"If-None-Match": known}).status_code == status


class Walk:
    """A visitor who signs in and out by the pages, and the cookies that each answer has set."""

    def __init__(self, browser, wallet):
        self.browser = browser
        self.start = browser.get("/")
        self.asked = browser.submit(self.start.form("/login/wallet"), evrmore_address=wallet.address)
        form = self.asked.form("/login/wallet")
        self.signed_in = browser.submit(form, signature=wallet.sign(form.fields["challenge"]))
        self.home = browser.get("/")
        assert "Signed in as" in self.home.text
        self.signed_out = browser.submit(self.home.form("/logout"))
        assert self.signed_out.location == "/"


def cookies_of(page):
    """Each cookie that an answer sets: name -> its attributes in lower case."""
    cookies = {}
    for line in (value for name, value in page.headers if name == "set-cookie"):
        pair, *attributes = line.split("; ")
        name = pair.partition("=")[0]
        assert name not in cookies
        assert len(line) < 4096
        cookies[name] = {attribute.lower() for attribute in attributes}
    return cookies


def without_expiry(attributes):
    return {attribute for attribute in attributes if not attribute.startswith(("expires=", "max-age="))}


LAX = {"httponly", "path=/", "samesite=lax"}


def test_cookies_on_plain_http(browser, wallet):
    """One, for this host only, out of reach of scripts, gone with the browser; and taken back by the logout."""
    walk = Walk(browser, wallet)

    for page in (walk.start, walk.asked, walk.signed_in, walk.home):
        assert cookies_of(page) == {"gatewright": LAX}
    assert {name: without_expiry(cookie) for name, cookie in cookies_of(walk.signed_out).items()} == {
        "gatewright": LAX,
        "gatewright-remember": LAX,
    }
    assert all("max-age=0" in cookie for cookie in cookies_of(walk.signed_out).values())
    assert browser.cookies == {}


def log_in(browser, **fields):
    return browser.submit(browser.get("/login").form("/login"), password=PASSWORD, **fields)


def test_a_remembered_browser_keeps_a_second_cookie(site, browser):
    """It outlives the browser's window, and knows the visitor again where the first one is gone."""
    site.add_user("rosa", password=PASSWORD)
    cookies = cookies_of(log_in(browser, email="rosa", remember_me="1"))

    assert cookies["gatewright"] == LAX
    assert without_expiry(cookies["gatewright-remember"]) == LAX
    assert any(attribute.startswith("expires=") for attribute in cookies["gatewright-remember"])
    del browser.cookies["gatewright"]
    assert "Signed in as" in browser.get("/").text


def test_cookies_and_headers_on_https(open_site, wallet):
    """Behind a proxy that the settings trust: cookies that no other host can plant, and HSTS."""
    site = open_site(trusted_proxies=("127.0.0.1",))
    browser = site.browser(HTTPS, ("X-Forwarded-For", "203.0.113.7"), is_https=True)

    walk = Walk(browser, wallet)

    pages = (walk.start, walk.asked, walk.signed_in, walk.home, walk.signed_out)
    assert {name for page in pages for name in cookies_of(page)} == {"__Host-gatewright", "__Host-gatewright-remember"}
    for page in pages:
        assert page.header("strict-transport-security") == "max-age=31536000"
        for cookie in cookies_of(page).values():
            assert {"secure", "httponly", "path=/"} <= cookie
            assert not any(attribute.startswith("domain") for attribute in cookie)
    assert "203.0.113.7" in walk.home.text


def test_the_apis_answers_on_https(open_site):
    """They have what the pages have, errors included."""
    client = open_site(trusted_proxies=("127.0.0.1",)).client(headers=[HTTPS])
    answers = [client.get("/healthz"), client.get("/nowhere"), client.post("/challenge", content=b" " * 100_000)]

    assert [answer.status_code for answer in answers] == [200, 404, 413]
    assert {answer.headers.get("strict-transport-security") for answer in answers} == {"max-age=31536000"}


def test_a_stranger_cannot_call_itself_a_proxy(site, wallet):
    """Without the setting no header changes the scheme or the address."""
    stranger = site.browser(HTTPS, ("X-Forwarded-For", "203.0.113.7"))

    walk = Walk(stranger, wallet)

    assert cookies_of(walk.start) == {"gatewright": LAX}
    assert walk.home.header("strict-transport-security") is None
    assert "203.0.113.7" not in walk.home.text


def test_on_https_a_cookie_without_the_prefix_is_nobodys(open_site, wallet, sign_in):
    """A neighbour on another host may have planted it."""
    site = open_site(trusted_proxies=("127.0.0.1",))
    browser = site.browser(HTTPS, is_https=True)
    sign_in(browser, wallet)
    value = browser.cookies["__Host-gatewright"]
    planted, own = (
        site.browser(HTTPS, ("Cookie", f"{name}={value}")).get("/") for name in ("gatewright", "__Host-gatewright")
    )

    assert "Signed in as" not in planted.text
    assert "Signed in as" in own.text
