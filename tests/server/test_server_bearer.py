"""Where a token may stand, and what it may look like there: the transport's rows of the JWT attack recipes."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

RECIPES = json.loads((Path(__file__).parents[1] / "vectors/jwt/attack_recipes.json").read_text(encoding="utf-8"))
NAMES = {row["id"]: row["name"] for row in RECIPES["vectors"]}


@pytest.fixture(scope="module")
def token(site):
    """A token that is good, so that a refusal is the transport's."""
    return site.sign_in(site.client())["token"]


def test_the_recipes_are_those_that_are_meant_here():
    """The rows that the token tests leave to the layers above."""
    assert {name: NAMES[name] for name in ("J84", "J85", "J122", "J123", "J124")} == {
        "J84": "jti already revoked",
        "J85": "token of a deactivated user",
        "J122": 'token twice in one header ("Bearer a b")',
        "J123": "token in the query string",
        "J124": 'lower-case "bearer" scheme',
    }


def test_j84_a_revoked_session(site, client, bearer, assert_problem):
    """Accepted once, revoked by somebody who does not hold the token, refused from then on."""
    header = bearer(site.sign_in(client)["token"])
    session_id = client.get("/validate", headers=header).json()["session_id"]

    site.execute("UPDATE sessions SET is_active = 0 WHERE id = ?", session_id)

    assert_problem(client.get("/me", headers=header), 401, "invalid_token")


def test_j85_a_deactivated_user(site, client, bearer, assert_problem):
    """Accepted once, refused when the account is switched off."""
    signed_in = site.sign_in(client)
    header = bearer(signed_in["token"])
    assert client.get("/me", headers=header).status_code == 200

    site.execute("UPDATE users SET is_active = 0 WHERE id = ?", signed_in["user"]["id"])

    assert_problem(client.get("/me", headers=header), 401, "invalid_token")


@pytest.mark.parametrize("method_path", ["GET /validate", "GET /me", "POST /logout"])
def test_j123_a_token_anywhere_but_in_the_header_is_ignored(client, token, method_path, assert_problem):
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


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_j124_the_scheme_may_be_written_in_any_case(client, token, scheme):
    """RFC 9110, section 11.1."""
    assert client.get("/me", headers={"Authorization": f"{scheme} {token}"}).status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        "Bearer {token} {token}",  # J122
        "Bearer {token},{token}",
        "Bearer {token}, Bearer {token}",
        'Bearer "{token}"',
        "Bearer {token}\u00e9",
        "Bearer {token}\t{token}",
        "Bearer {token}.",
        "Bearer =",
        "Bearer null",
    ],
)
def test_a_header_that_holds_no_single_token(client, token, value, assert_problem):
    """A good token among others does not help."""
    answer = client.get("/me", headers={"Authorization": value.format(token=token).encode("latin-1")})

    assert_problem(answer, 401, "invalid_token")


@pytest.mark.parametrize("value", ["", "Bearer", "Basic dXNlcjpwYXNz", "Token {token}", "{token}"])
def test_a_header_that_holds_no_token_at_all(client, token, value, assert_problem):
    """Another scheme is not a bad token."""
    assert_problem(client.get("/me", headers={"Authorization": value.format(token=token)}), 401, "missing_token")


def test_two_headers_are_refused(client, token, assert_problem):
    """Whichever of them a proxy in front had looked at."""
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert_problem(client.get("/me", headers=headers), 401, "invalid_token")

    headers = [("Authorization", "Basic dXNlcjpwYXNz"), ("Authorization", f"Bearer {token}")]
    assert_problem(client.get("/me", headers=headers), 401, "invalid_token")


def test_a_long_token_is_refused(client, bearer, assert_problem):
    """Longer than any that we issue, and still short enough to reach the application."""
    assert_problem(client.get("/me", headers=bearer("a" * 10_000)), 401, "invalid_token")


def test_an_enormous_token_never_reaches_the_application(client, bearer):
    """The server hangs up on headers beyond its limit, sometimes before its 400 is read; and serves on."""
    try:
        status = client.get("/me", headers=bearer("a" * 10_000_000)).status_code
    except httpx.TransportError:
        status = None

    assert status in (None, 400)
    assert client.get("/healthz").status_code == 200
