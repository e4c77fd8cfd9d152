"""No other site signs a visitor in or out: a form has the token of its visit, and no browser calls it foreign."""

from __future__ import annotations

import pytest

ADDRESS = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"
FORMS = {"/login/wallet": {"evrmore_address": ADDRESS}, "/logout": {}}
TAKEN = {"/login/wallet": 200, "/logout": 303}
HTTPS = ("X-Forwarded-Proto", "https")


AGAIN = {"/login/wallet": (303, "/"), "/logout": (403, None)}
"""Without a token of the visit: who is signed in already goes on, and who wants to sign out is asked again."""


def assert_not_taken(page, path):
    assert (page.status, page.location) == AGAIN[path]
    assert page.location or "This form had expired, so nothing was changed." in page.text


def assert_refused(page):
    assert page.status == 403
    assert page.header("content-type").startswith("text/html")
    assert "If you submitted a form, reload the page and try again." in page.text
    assert page.header("set-cookie") is None


def is_signed_in(browser):
    return "Signed in as" in browser.get("/").text


@pytest.fixture
def signed_in(open_site, wallet, sign_in):
    """A visitor who has something to lose."""
    site = open_site(challenges_per_address=100)
    browser = site.browser()
    sign_in(browser, wallet)
    assert is_signed_in(browser)
    return site, browser


@pytest.fixture
def token(signed_in):
    """The token of the visit."""
    _, browser = signed_in
    return {"csrf_token": browser.get("/").form().fields["csrf_token"]}


@pytest.mark.parametrize("value", ["cross-site", "same-site", "", "nonsense", "Same-Origin"])
def test_what_the_browser_calls_foreign_is_refused(signed_in, token, value):
    """Even with everything else right; and nothing has happened."""
    site, browser = signed_in
    before = site.rows()
    for path, form in FORMS.items():
        headers = [("Sec-Fetch-Site", value), ("Origin", site.url)]
        assert_refused(browser.post(path, form | token, headers=headers))

    assert site.rows() == before
    assert is_signed_in(browser)


@pytest.mark.parametrize("value", ["same-origin", "none"])
@pytest.mark.parametrize("path", FORMS)
def test_what_the_browser_calls_ours_still_needs_the_token(signed_in, token, value, path):
    """Our page, or the person's own doing; a page of ours has shown the token."""
    _, browser = signed_in
    headers = [("Sec-Fetch-Site", value)]

    assert_not_taken(browser.post(path, FORMS[path], headers=headers), path)
    assert browser.post(path, FORMS[path] | token, headers=headers).status == TAKEN[path]


def test_a_foreign_origin_is_refused(signed_in, token):
    """Another host, port, scheme or spelling; a sandbox; and what only looks alike."""
    site, browser = signed_in
    https = site.url.replace("http:", "https:")
    for origin in (
        "null",
        "",
        "http://evil.example",
        https,
        f"{site.url}.evil.example",
        f"{site.url}/",
        f"{site.url}1",
    ):
        for path, form in FORMS.items():
            assert_refused(browser.post(path, form | token, headers=[("Origin", origin)]))
            assert_refused(browser.send("POST", path, headers=[("Origin", origin), ("Accept", "text/html")]))

    assert is_signed_in(browser)


@pytest.mark.parametrize("path", FORMS)
def test_our_own_origin_is_taken(signed_in, token, path):
    """For browsers that do not send Sec-Fetch-Site, as on plain http."""
    site, browser = signed_in

    assert browser.post(path, FORMS[path] | token, headers=[("Origin", site.url)]).status == TAKEN[path]


@pytest.mark.parametrize("path", FORMS)
def test_behind_a_trusted_proxy_our_origin_is_https(open_site, path, wallet, sign_in):
    """As the browser sees the site."""
    site = open_site(trusted_proxies=("127.0.0.1",))
    https = ("Origin", site.url.replace("http:", "https:"))
    browser = site.browser(HTTPS, is_https=True)
    sign_in(browser, wallet)
    fields = FORMS[path] | {"csrf_token": browser.get("/").form().fields["csrf_token"]}

    assert_refused(browser.post(path, fields, headers=[("Origin", site.url)]))
    assert browser.post(path, fields, headers=[https]).status == TAKEN[path]


@pytest.mark.parametrize("path", FORMS)
def test_a_stranger_cannot_call_itself_a_proxy(signed_in, token, path):
    """Without the setting no header says that the connection is encrypted."""
    site, browser = signed_in
    headers = [HTTPS, ("Origin", site.url.replace("http:", "https:"))]

    assert_refused(browser.post(path, FORMS[path] | token, headers=headers))


@pytest.mark.parametrize("path", FORMS)
def test_without_either_header_the_token_decides(signed_in, token, path):
    """None, an empty one, a guess and somebody else's do nothing; the page's own is taken."""
    site, browser = signed_in
    foreign = site.browser().get("/").form().fields["csrf_token"]
    for wrong in (None, "", "guess", "\u00e9", foreign):
        page = browser.post(path, FORMS[path] if wrong is None else FORMS[path] | {"csrf_token": wrong})
        assert_not_taken(page, path)

    assert is_signed_in(browser)
    assert browser.post(path, FORMS[path] | token).status == TAKEN[path]


def test_two_tokens_are_none(signed_in, token):
    """Nobody can say which of them the page has shown."""
    _, browser = signed_in
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    body = "csrf_token={0}&csrf_token={0}".format(token["csrf_token"]).encode()

    assert_not_taken(browser.send("POST", "/logout", headers=[kind, ("Accept", "text/html")], body=body), "/logout")
    assert is_signed_in(browser)


@pytest.mark.parametrize("cookie", [{}, {"gatewright": ""}, {"gatewright": "nonsense"}])
def test_without_a_visit_there_is_no_token(browser, cookie):
    """Nothing equal to nothing proves nothing."""
    browser.cookies = dict(cookie)

    assert browser.post("/login/wallet", FORMS["/login/wallet"] | {"csrf_token": ""}).status == 403


def test_the_token_stays_while_the_visit_lasts(signed_in, token):
    """So that several open tabs all work."""
    _, browser = signed_in

    page = browser.get("/")

    assert page.form().fields["csrf_token"] == token["csrf_token"]
    assert page.header("set-cookie") is None


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "multipart/mixed; boundary=x"])
def test_a_form_of_another_kind_is_refused(signed_in, media_type):
    """Even from our own page: other kinds are what a script of another site may send unasked."""
    _, browser = signed_in
    headers = [("Content-Type", media_type), ("Sec-Fetch-Site", "same-origin"), ("Accept", "text/html")]
    for path in FORMS:
        page = browser.send("POST", path, headers=headers, body=b"evrmore_address=E")
        assert page.status == 415
        assert page.header("content-type").startswith("text/html")

    assert is_signed_in(browser)


def test_a_token_in_the_header_makes_a_logout_the_apis(signed_in, token):
    """There the cookie counts for nothing, good or bad as the token may be."""
    _, browser = signed_in
    headers = [("Authorization", "Bearer nonsense"), ("Sec-Fetch-Site", "same-origin")]

    for answer in (browser.post("/logout", token, headers=headers), browser.send("POST", "/logout", headers=headers)):
        assert (answer.status, answer.header("content-type")) == (401, "application/problem+json")
        assert '"code": "invalid_token"' in answer.text
    assert is_signed_in(browser)


@pytest.mark.parametrize("path", ["/challenge", "/authenticate", "/", "/login/wallet", "/me", "/login", "/api/session"])
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
def test_no_other_origin_may_read_anything(client, method, path):
    """There is no CORS: no answer names an origin or allows credentials."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    answer = client.request(method, path, headers=headers)

    assert [name for name in answer.headers if name.startswith("access-control")] == []
