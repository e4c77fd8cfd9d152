"""A single-page application on a sibling subdomain, in a real browser."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from browser.chromium import Chromium
from running_examples import PASSWORD, running

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser-flask")]

HOSTS = "--host-resolver-rules=MAP *.shop.test 127.0.0.1"
CALL = """
    const [method, address, document, options] = arguments;
    const body = document === null ? {} : {body: JSON.stringify(document)};
    const headers = {"Content-Type": "application/json"};
    const answer = await fetch(address, {method, credentials: "include", headers, ...body, ...options});
    const text = await answer.text();
    return [answer.status, text === "" ? null : JSON.parse(text), answer.headers.get("WWW-Authenticate")];
"""


class Page(BaseHTTPRequestHandler):
    """An empty page, on whatever host."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Shop</title>")

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def serving_pages():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def sites(_is_equipped, tmp_path):
    """Where the application's script lies, where a stranger's does, and the API."""
    with serving_pages() as port:
        own, stranger = f"http://app.shop.test:{port}", f"http://other.shop.test:{port}"
        with running("flask", tmp_path, site_name="Shop", trusted_origins=own) as api:
            yield own, stranger, f"http://api.shop.test:{urlsplit(api.url).port}"


@pytest.fixture
def browser(sites, tmp_path):
    browser = Chromium(tmp_path / "profile", flags=[HOSTS])
    yield browser
    browser.quit()


def test_a_script_of_a_trusted_origin_signs_in_and_out(browser, sites):
    """With the cookie that it cannot read; a script of a sibling that is not trusted gets nothing."""
    own, stranger, api = sites

    def call(method, path, document=None, **options):
        return browser.evaluate_promise(CALL, method, api + path, document, options)

    browser.open(f"{own}/")
    status, problem, challenge = call("POST", "/api/login", {"email": "anna", "password": "wrong"})
    assert (status, problem["code"]) == (401, "user_not_found")
    assert challenge is not None
    assert call("POST", "/api/login", {"email": "anna", "password": PASSWORD})[0] == 200
    assert call("GET", "/api/session")[1]["user"]["username"] == "anna"
    assert call("POST", "/api/account", {"action": "profile", "first_name": "Anna"})[0] == 204
    assert browser.evaluate("return document.cookie") == ""

    browser.open(f"{stranger}/")
    assert call("GET", "/api/session") == "TypeError"
    assert call("POST", "/api/logout", {}) == "TypeError"
    sent_unread = {"mode": "no-cors", "headers": {"Content-Type": "text/plain"}}
    call("POST", "/api/logout", None, **sent_unread)

    browser.open(f"{own}/")
    assert call("GET", "/api/session")[1]["user"]["username"] == "anna"
    assert call("POST", "/api/logout")[0] == 204
    assert call("GET", "/api/session")[1]["user"] is None
