"""Scripts of trusted origins, beside Starlette's own CORSMiddleware; and sockets that they open."""

from __future__ import annotations

import json

import pytest
from starlette.middleware.cors import CORSMiddleware

PASSWORD = "correct horse battery staple"
ORIGIN = "https://app.example"
JSON = ("Content-Type", "application/json")
PREFLIGHT = [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]


def of_cors(answer):
    return [(name, value) for name, value in answer.headers if name.startswith("access-control-")]


def names(answer):
    return [name for name, _ in of_cors(answer)]


@pytest.fixture(params=["without", "outside", "inside"])
def browser(request, make_app, asgi, anna):
    """Starlette's middleware, if any, stands before ours or behind it."""
    app = make_app(trusted_origins=ORIGIN)
    options = {"allow_origins": [ORIGIN], "allow_credentials": True, "allow_methods": ["*"], "allow_headers": ["*"]}
    if request.param == "inside":
        app.add_middleware(CORSMiddleware, **options)
        app.user_middleware.reverse()
    elif request.param == "outside":
        app.add_middleware(CORSMiddleware, **options)
    return asgi(app).browser()


def test_no_header_comes_twice(browser):
    """Preflight, answer and error, each with one word for the browser."""
    body = json.dumps({"email": "anna", "password": PASSWORD}).encode()
    origin = ("Origin", ORIGIN)
    asked = browser.send("OPTIONS", "/api/login", headers=[origin, *PREFLIGHT])
    signed_in = browser.send("POST", "/api/login", headers=[origin, JSON], body=body)
    wrong = browser.send("POST", "/api/login", headers=[origin, JSON], body=b"{}")

    assert asked.status in (200, 204)
    assert (signed_in.status, wrong.status) == (200, 422)
    for answer in (asked, signed_in, wrong):
        assert ("access-control-allow-origin", ORIGIN) in of_cors(answer)
        assert ("access-control-allow-credentials", "true") in of_cors(answer)
        assert len(names(answer)) == len(set(names(answer)))
        assert "origin" in (answer.header("vary") or "").lower()


def test_the_application_knows_who_is_visiting(browser):
    """Its own endpoints are its own to open; there the visitor is who signed in."""
    body = json.dumps({"email": "anna", "password": PASSWORD}).encode()
    headers = [("Origin", ORIGIN), JSON, ("Sec-Fetch-Site", "same-site")]
    browser.send("POST", "/api/login", headers=headers, body=body)

    assert json.loads(browser.send("POST", "/whoami", headers=headers).text)["user"] is True
    foreign = [("Origin", "https://other.example"), ("Sec-Fetch-Site", "same-site")]
    assert json.loads(browser.send("POST", "/whoami", headers=foreign).text)["user"] is False


def test_without_the_setting_no_answer_says_anything(asgi, make_app):
    """As ever."""
    browser = asgi(make_app()).browser()
    for method in ("GET", "OPTIONS"):
        answer = browser.send(method, "/api/session", headers=[("Origin", ORIGIN), *PREFLIGHT])
        assert of_cors(answer) == []
        assert answer.header("vary") == "Cookie, Accept-Language"


@pytest.mark.parametrize(("origin", "user"), [(ORIGIN, "anna"), ("https://APP.example:443", "anna"), ("null", "guest")])
def test_a_socket_of_a_trusted_origin_is_its_visitors(asgi, make_app, anna, log_in, origin, user):
    """And nobody else's."""
    server = asgi(make_app(trusted_origins=ORIGIN))
    browser = server.browser()
    log_in(browser)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    _, text, _ = server.connect("/echo", [("cookie", cookie), ("origin", origin)])
    assert text["text"] == user


@pytest.mark.parametrize("forwarded", ["https", "wss"])
def test_a_proxy_may_name_the_scheme_of_a_socket(asgi, make_app, anna, log_in, forwarded):
    """Whoever signed in on https is known on the socket, and on a request that is named alike."""
    server = asgi(make_app(trusted_proxies="203.0.113.7"))
    browser = server.browser(is_https=True)
    https = [("x-forwarded-proto", "https")]
    form = browser.get("/login", headers=https).form()
    browser.submit(form, email="anna@example.com", password=PASSWORD, headers=https)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [("cookie", cookie), ("origin", "https://localhost:8000"), ("x-forwarded-proto", forwarded)]

    _, text, _ = server.connect("/echo", headers)
    assert text["text"] == "anna"
    status, _, body = server.send("GET", "/whoami", headers, b"")
    assert (status, json.loads(body)["user"]) == (200, True)
