"""Where a token may stand, for the REST API; tests/abuse/test_tokens.py attacks it and all adapters with tokens."""

from __future__ import annotations

import httpx
import pytest


@pytest.fixture(scope="module")
def token(site):
    """A token that is good, so that a refusal is the transport's."""
    return site.sign_in(site.client())["token"]


@pytest.mark.parametrize("method_path", ["GET /validate", "GET /me", "POST /logout"])
def test_a_token_anywhere_but_in_the_header_is_ignored(client, token, method_path, assert_problem):
    """Not in the query string, not in a body, not in a header of another name; nor in the cookie of the pages."""
    method, path = method_path.split()
    for name in ("token", "access_token"):
        assert_problem(client.request(method, path, params={name: token}), 401, "missing_token")
        assert_problem(client.request(method, path, json={name: token}), 401, "missing_token")
        assert_problem(client.request(method, path, headers={"X-Access-Token": token}), 401, "missing_token")
    answer = client.request(method, path, headers={"Cookie": f"gatewright={token}; __Host-gatewright={token}"})
    if path == "/logout":  # with a cookie that is the page's, and done for a guest: it has ended nothing
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert client.get("/validate", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    else:
        assert_problem(answer, 401, "missing_token")


@pytest.mark.parametrize("value", ["", "Bearer", "Basic dXNlcjpwYXNz", "Token {token}", "{token}"])
def test_a_header_that_holds_no_token_at_all(client, token, value, assert_problem):
    """Another scheme is not a bad token."""
    assert_problem(client.get("/me", headers={"Authorization": value.format(token=token)}), 401, "missing_token")


def test_an_enormous_token_never_reaches_the_application(client, bearer):
    """The server hangs up on headers beyond its limit, sometimes before its 400 is read; and serves on."""
    try:
        status = client.get("/me", headers=bearer("a" * 10_000_000)).status_code
    except httpx.TransportError:
        status = None

    assert status in (None, 400)
    assert client.get("/healthz").status_code == 200
