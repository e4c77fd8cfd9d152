"""The REST API, for scripts of trusted origins."""

from __future__ import annotations

import pytest

ORIGIN = "https://app.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
PATHS = ["/challenge", "/authenticate", "/validate", "/me", "/logout", "/healthz", "/readyz", "/api/login"]


@pytest.fixture
def client(open_site):
    return open_site(trusted_origins=ORIGIN).client()


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_of_a_trusted_origin_is_answered(client, path):
    """With what the API takes, for that origin alone."""
    answer = client.options(path, headers={"Origin": ORIGIN} | PREFLIGHT)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type"
    assert answer.headers["access-control-max-age"] == "600"
    assert "Origin" in answer.headers["vary"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.evil.example", "null", "*"])
def test_a_preflight_of_another_origin_is_not(client, path, origin):
    """No answer names it."""
    answer = client.options(path, headers={"Origin": origin} | PREFLIGHT)

    assert not answer.is_success
    assert "access-control-allow-origin" not in answer.headers


def test_answers_and_errors_can_be_read(client):
    """Whatever their status, each header once."""
    answers = [
        client.post("/challenge", json={"evrmore_address": "nonsense"}, headers={"Origin": ORIGIN}),
        client.post("/challenge", content=b"x" * 70_000, headers={"Origin": ORIGIN}),
        client.post("/authenticate", content=b"{}", headers={"Origin": ORIGIN}),
        client.get("/me", headers={"Origin": ORIGIN}),
        client.get("/me", headers={"Origin": ORIGIN, "Authorization": "Bearer nonsense"}),
        client.put("/me", headers={"Origin": ORIGIN}),
        client.get("/healthz", headers={"Origin": ORIGIN}),
        client.get("/api/session", headers={"Origin": ORIGIN}),
    ]

    assert [answer.status_code for answer in answers] == [422, 413, 415, 401, 401, 405, 200, 200]
    for answer in answers:
        assert answer.headers.get_list("access-control-allow-origin") == [ORIGIN]
        assert "WWW-Authenticate" in answer.headers["access-control-expose-headers"]


def test_pages_are_for_nobody_else(client):
    """What a person looks at, no script of another origin needs to read."""
    for path in ("/", "/login", "/gatewright/style.css"):
        assert "access-control-allow-origin" not in client.get(path, headers={"Origin": ORIGIN}).headers


def test_without_the_setting_no_answer_says_anything(open_site):
    """As ever."""
    answer = open_site().client().options("/me", headers={"Origin": ORIGIN} | PREFLIGHT)

    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "Origin" not in answer.headers["vary"]
