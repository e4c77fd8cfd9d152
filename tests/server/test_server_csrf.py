"""No other site signs a visitor in or out."""

from __future__ import annotations

import re

import pytest

ADDRESS = "EgKSF3zkkm6Bp8QvNmXkyYvwufthwob4k3"
FORMS = (("/login/wallet", {"evrmore_address": ADDRESS}), ("/logout", {}))
TAKEN = {"/login/wallet": 200, "/logout": 303}


def assert_refused(answer):
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "This form was not sent from this site." in answer.text
    assert "gatewright=" not in answer.headers.get("set-cookie", "")


@pytest.fixture
def signed_in(open_site):
    """A visitor who has something to lose."""
    site = open_site(challenges_per_address=100)
    visitor = site.client()
    visitor.cookies.set("gatewright", site.sign_in(visitor)["token"], domain="127.0.0.1", path="/")
    assert "Signed in as" in visitor.get("/").text
    return site, visitor


@pytest.mark.parametrize("value", ["cross-site", "same-site", "", "nonsense", "Same-Origin"])
def test_what_the_browser_calls_foreign_is_refused(signed_in, value):
    """Even with everything else right; and nothing has happened."""
    site, visitor = signed_in
    before = site.rows()
    token = {"csrf_token": visitor.cookies["gatewright-csrf"]}
    for path, form in FORMS:
        headers = {"Sec-Fetch-Site": value, "Origin": site.url}
        assert_refused(visitor.post(path, data=form | token, headers=headers))

    assert site.rows() == before
    assert "Signed in as" in visitor.get("/").text


@pytest.mark.parametrize("value", ["same-origin", "none"])
@pytest.mark.parametrize(("path", "form"), FORMS)
def test_what_the_browser_calls_ours_is_taken(signed_in, value, path, form):
    """Our page, or the person's own doing. No token is needed, so pages may be kept open as long as one likes."""
    _, visitor = signed_in

    assert visitor.post(path, data=form, headers={"Sec-Fetch-Site": value}).status_code == TAKEN[path]


def test_a_foreign_origin_is_refused(signed_in):
    """Another host, port, scheme or spelling; a sandbox; and what only looks alike."""
    site, visitor = signed_in
    token = {"csrf_token": visitor.cookies["gatewright-csrf"]}
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
        for path, form in FORMS:
            assert_refused(visitor.post(path, data=form | token, headers={"Origin": origin}))
            assert_refused(visitor.post(path, headers={"Origin": origin}))

    assert "Signed in as" in visitor.get("/").text


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_our_own_origin_is_taken(signed_in, path, form):
    """For browsers that do not send Sec-Fetch-Site, as on plain http."""
    site, visitor = signed_in

    assert visitor.post(path, data=form, headers={"Origin": site.url}).status_code == TAKEN[path]


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_without_either_header_the_token_decides(signed_in, path, form):
    """None, an empty one, a guess and somebody else's are refused; the page's own is taken."""
    site, visitor = signed_in
    foreign = site.client()
    foreign.get("/")
    for token in (None, "", "guess", "\u00e9", foreign.cookies["gatewright-csrf"]):
        assert_refused(visitor.post(path, data=form if token is None else form | {"csrf_token": token}))

    own = re.search(r'name="csrf_token" value="(\w+)"', visitor.get("/").text).group(1)
    assert visitor.post(path, data=form | {"csrf_token": own}).status_code == TAKEN[path]


def test_an_empty_cookie_matches_no_empty_token(signed_in):
    """Nothing equal to nothing proves nothing."""
    _, visitor = signed_in
    headers = {"Cookie": "gatewright-csrf="}

    assert_refused(visitor.post("/login/wallet", data={"evrmore_address": ADDRESS, "csrf_token": ""}, headers=headers))


def test_the_token_stays_while_the_browser_keeps_it(signed_in):
    """So that several open tabs all work."""
    _, visitor = signed_in
    token = visitor.cookies["gatewright-csrf"]

    answer = visitor.get("/")

    assert token in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_a_form_of_another_kind_is_refused(signed_in, media_type):
    """Even from our own page: other kinds are what a script of another site may send unasked."""
    _, visitor = signed_in
    headers = {"Content-Type": media_type, "Sec-Fetch-Site": "same-origin"}
    for path in ("/login/wallet", "/logout"):
        answer = visitor.post(path, content=b"evrmore_address=E", headers=headers)
        assert answer.status_code == 415
        assert answer.headers["content-type"].startswith("text/html")

    assert "Signed in as" in visitor.get("/").text


def test_a_token_in_the_header_makes_a_logout_the_apis(signed_in, assert_problem):
    """There the cookie counts for nothing, good or bad as the token may be."""
    _, visitor = signed_in
    headers = {"Authorization": "Bearer nonsense", "Sec-Fetch-Site": "same-origin"}

    assert_problem(visitor.post("/logout", data={"a": "b"}, headers=headers), 401, "invalid_token")
    assert_problem(visitor.post("/logout", headers=headers), 401, "invalid_token")

    assert "Signed in as" in visitor.get("/").text


@pytest.mark.parametrize("path", ["/challenge", "/authenticate", "/", "/login/wallet", "/me"])
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
def test_no_other_origin_may_read_anything(client, method, path):
    """There is no CORS: no answer names an origin or allows credentials."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    answer = client.request(method, path, headers=headers)

    assert [name for name in answer.headers if name.startswith("access-control")] == []
