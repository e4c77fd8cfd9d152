"""The REST API, when something is wrong: every status, code and header."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gatewright import Denied
from gatewright.methods.email_code import EmailCode, EmailCodeSettings

TOKEN_ENDPOINTS = (("GET", "/validate"), ("GET", "/me"), ("POST", "/logout"))
REALM = 'Bearer realm="gatewright"'


def test_an_address_of_another_network_is_refused(client, assert_problem):
    """422 that names the field and does not repeat the address."""
    address = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"

    answer = client.post("/challenge", json={"evrmore_address": address})

    body = assert_problem(answer, 422, "invalid_address")
    assert [error["field"] for error in body["errors"]] == ["evrmore_address"]
    assert address not in answer.text


def test_a_wrong_signature_is_refused_and_spends_nothing(site, client, assert_problem):
    """After it the right signature still signs in."""
    address, wif = site.auth.create_wallet_address()
    right = site.signed(client, address, wif)
    wrong = right | {"signature": site.auth.sign_message(wif, "another text")}

    answer = client.post("/authenticate", json=wrong)

    assert_problem(answer, 401, "invalid_signature")
    assert answer.headers["www-authenticate"] == REALM
    assert client.post("/authenticate", json=right).status_code == 200


def test_every_unusable_challenge_gets_the_same_answer(open_site, assert_problem):
    """Unknown, used, expired or somebody else's: status, headers and body are equal."""
    site = open_site()
    client = site.client()
    address, wif = site.auth.create_wallet_address()
    others = site.signed(client, *site.auth.create_wallet_address())
    used = site.signed(client, address, wif)
    assert client.post("/authenticate", json=used).status_code == 200
    expired = site.signed(client, address, wif)
    unknown = expired | {"challenge": "localhost asks you to sign in."}
    unknown["signature"] = site.auth.sign_message(wif, unknown["challenge"])
    stolen = others | {"evrmore_address": address, "signature": site.auth.sign_message(wif, others["challenge"])}
    site.clock.offset = timedelta(minutes=10, seconds=1)

    answers = [client.post("/authenticate", json=body) for body in (unknown, used, expired, stolen)]

    for answer in answers:
        assert_problem(answer, 401, "invalid_challenge")
        answer.headers.pop("date")
        answer.headers.pop("x-request-id")
        assert answer.headers == answers[0].headers
        assert answer.content == answers[0].content


def test_an_attempt_on_anothers_challenge_does_not_burn_it(site, client, assert_problem):
    """Its owner signs in afterwards."""
    owner = site.signed(client, *site.auth.create_wallet_address())
    address, wif = site.auth.create_wallet_address()
    thief = owner | {"evrmore_address": address, "signature": site.auth.sign_message(wif, owner["challenge"])}

    assert_problem(client.post("/authenticate", json=thief), 401, "invalid_challenge")

    assert client.post("/authenticate", json=owner).status_code == 200


def test_a_text_that_was_signed_elsewhere_signs_nobody_in(site, client, assert_problem):
    """Neither a foreign text, nor one that contains a challenge of ours."""
    address, wif = site.auth.create_wallet_address()
    right = site.signed(client, address, wif)
    for text in ("Hello from a forum", right["challenge"] + " ", " " + right["challenge"], right["challenge"][:-1]):
        body = right | {"challenge": text, "signature": site.auth.sign_message(wif, text)}
        assert_problem(client.post("/authenticate", json=body), 401, "invalid_challenge")


@pytest.mark.parametrize("field", ["expire_minutes", "token_expire_minutes", "skip_ownership_check", "ip_address"])
def test_a_client_chooses_no_lifetime_and_skips_no_check(site, client, field, assert_problem):
    """A field that we do not know is an error, so that nobody believes it worked."""
    signed = site.signed(client, *site.auth.create_wallet_address())
    before = site.rows()

    for path, body in (("/authenticate", signed), ("/challenge", {"evrmore_address": signed["evrmore_address"]})):
        problem = assert_problem(client.post(path, json=body | {field: 999}), 422, "invalid_parameter")
        assert problem["errors"] == [{"field": "body", "message": "Only the documented fields are accepted."}]

    assert site.rows() == before


def test_a_missing_field_is_named(client, assert_problem):
    """So that a programmer need not guess."""
    problem = assert_problem(client.post("/authenticate", json={}), 422, "invalid_parameter")

    assert [error["field"] for error in problem["errors"]] == ["evrmore_address", "challenge", "signature"]


@pytest.mark.parametrize(("method", "path"), TOKEN_ENDPOINTS)
def test_without_a_token_nothing_is_said_of_one(client, method, path, assert_problem):
    """RFC 6750, section 3.1: no error code for a request that holds no credentials."""
    answer = client.request(method, path)

    assert_problem(answer, 401, "missing_token")
    assert answer.headers["www-authenticate"] == REALM


@pytest.mark.parametrize(("method", "path"), TOKEN_ENDPOINTS)
def test_a_bad_token_is_called_one(client, method, path, bearer, assert_problem):
    """The header and the body say the same."""
    answer = client.request(method, path, headers=bearer("e30.e30.e30"))

    assert_problem(answer, 401, "invalid_token")
    assert answer.headers["www-authenticate"] == f'{REALM}, error="invalid_token"'


def test_an_expired_token_is_refused_everywhere(open_site, bearer, assert_problem):
    """At the very moment that its answer gave."""
    site = open_site(token_minutes=5)
    client = site.client()
    header = bearer(site.sign_in(client)["token"])
    site.clock.offset = timedelta(minutes=5)

    for method, path in TOKEN_ENDPOINTS:
        assert_problem(client.request(method, path, headers=header), 401, "invalid_token")


def test_a_deactivated_user_is_nobody(site, client, bearer, assert_problem):
    """The tokens are dead at once, and no new one is given."""
    address, wif = site.auth.create_wallet_address()
    signed_in = client.post("/authenticate", json=site.signed(client, address, wif)).json()
    site.execute("UPDATE users SET is_active = 0 WHERE id = ?", signed_in["user"]["id"])

    for path in ("/validate", "/me"):
        assert_problem(client.get(path, headers=bearer(signed_in["token"])), 401, "invalid_token")
    assert_problem(client.post("/authenticate", json=site.signed(client, address, wif)), 403, "inactive_user")


def test_too_many_challenges_for_one_address(open_site, assert_problem):
    """The eleventh in a minute is refused, says when to come back, and leaves no row."""
    site = open_site()
    client = site.client()
    body = {"evrmore_address": site.auth.create_wallet_address()[0]}
    assert [client.post("/challenge", json=body).status_code for _ in range(10)] == [200] * 10

    answer = client.post("/challenge", json=body)

    assert_problem(answer, 429, "rate_limited")
    assert answer.headers["retry-after"] == "60"
    assert site.rows()["challenges"] == 10
    site.clock.offset = timedelta(minutes=1, seconds=1)
    assert client.post("/challenge", json=body).status_code == 200


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-Host", "X-Client-IP", "True-Client-IP"]
)
def test_no_header_opens_another_bucket(open_site, header, assert_problem):
    """A client is counted by its connection, whatever it says of itself."""
    site = open_site(challenges_per_client=2)
    client = site.client()

    def ask(spoofed: str) -> object:
        body = {"evrmore_address": site.auth.create_wallet_address()[0]}
        return client.post("/challenge", json=body, headers={header: spoofed})

    assert [ask(f"10.0.0.{n}").status_code for n in range(2)] == [200, 200]

    assert_problem(ask("10.0.0.99"), 429, "rate_limited")


@pytest.mark.parametrize("point", ["pre_challenge", "pre_auth", "pre_verify", "pre_token_invalidate"])
def test_a_veto_is_forbidden(open_site, point, bearer, assert_problem):
    """403 without the hook's reason."""
    site = open_site()
    client = site.client()
    signed = site.signed(client, *site.auth.create_wallet_address())
    token = site.sign_in(client)["token"]

    @site.auth.add_hook(point)
    def refuse():
        raise Denied("on the list of thieves")

    attempts = {
        "pre_challenge": lambda: client.post("/challenge", json={"evrmore_address": signed["evrmore_address"]}),
        "pre_auth": lambda: client.post("/authenticate", json=signed),
        "pre_verify": lambda: client.post("/authenticate", json=signed),
        "pre_token_invalidate": lambda: client.post("/logout", headers=bearer(token)),
    }
    answer = attempts[point]()

    assert_problem(answer, 403, "denied")
    assert "thieves" not in answer.text


def test_the_token_hooks_fire_for_the_api(open_site, bearer, assert_problem):
    """Once for each request, good or bad; and a veto there makes a token invalid."""
    site = open_site()
    client = site.client()
    header = bearer(site.sign_in(client)["token"])
    seen = []

    @site.auth.hooks.post_token_validate
    def watch(is_valid):
        seen.append(is_valid)

    client.get("/me", headers=header)
    client.get("/validate", headers=header)
    client.get("/me", headers=bearer("nonsense"))
    assert seen == [True, True, False]

    @site.auth.hooks.pre_token_validate
    async def refuse():
        raise Denied

    assert_problem(client.get("/me", headers=header), 401, "invalid_token")


def test_a_database_that_fails_lets_nobody_in(open_site, bearer, assert_problem, caplog):
    """503 with a time to come back, on every endpoint; the log says what the client need not know."""
    site = open_site()
    client = site.client()
    signed = site.signed(client, *site.auth.create_wallet_address())
    header = bearer(site.sign_in(client)["token"])
    for table in ("users", "challenges", "sessions"):
        site.execute(f"ALTER TABLE {table} RENAME TO {table}_away")

    answers = [
        client.get("/validate", headers=header),
        client.get("/me", headers=header),
        client.post("/logout", headers=header),
        client.post("/challenge", json={"evrmore_address": signed["evrmore_address"]}),
        client.post("/authenticate", json=signed),
    ]

    for answer in answers:
        assert_problem(answer, 503, "store_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "no such table" not in answer.text
    assert caplog.text.count("no such table") == len(answers)


def test_an_unexpected_error_says_nothing(open_site, bearer, assert_problem, caplog):
    """500 for the client; the place for the log; and the error's own text, which may quote a token, for nobody."""
    site = open_site(auth={"propagate_hook_errors": True})
    client = site.client()
    token = site.sign_in(client)["token"]

    @site.auth.hooks.post_token_validate
    def fail(token):
        raise LookupError(f"cannot work with {token}")

    answer = client.get("/me", headers=bearer(token))

    assert_problem(answer, 500, "internal_error")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "LookupError" not in answer.text
    assert "LookupError" in caplog.text
    assert "in fail" in caplog.text
    assert "cannot work with ey" not in caplog.text
    assert token not in caplog.text


def test_an_unexpected_error_does_not_tell_the_secret_of_a_link(open_site, caplog):
    """It may still be good: what has failed has not used it."""
    mailed = EmailCode(EmailCodeSettings(email_code="first"))
    site = open_site(auth={"propagate_hook_errors": True, "methods": [mailed]})

    @site.auth.hooks.auth_failed
    def fail(reason):
        raise LookupError

    assert site.client().post("/api/login/link/email_code.8sdjK2fPq0", json={}).status_code == 500
    assert "POST '/api/login/link/...' failed" in caplog.text
    assert "8sdjK2fPq0" not in caplog.text


def test_an_unexpected_error_of_a_page_is_a_page(open_site):
    """What a person sees is no JSON; a program that asks for the same page gets the problem."""
    site = open_site(auth={"propagate_hook_errors": True})

    @site.auth.hooks.pre_login
    def fail(route):
        raise LookupError

    client = site.client()
    page = client.get("/login", headers={"Accept": "text/html"})
    problem = client.get("/login")

    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "Something went wrong on our side." in page.text
    assert "default-src" in page.headers["content-security-policy"]
    assert problem.json()["code"] == "internal_error"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/challenge/", 404, "not_found"),
        ("POST", "//challenge", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/redoc", 404, "not_found"),
        ("GET", "/gatewright/../api.py", 404, "not_found"),
        ("GET", "/gatewright/%2e%2e/static.py", 404, "not_found"),
        ("GET", "/gatewright/%2e%2e%2fstatic.py", 404, "not_found"),
        ("GET", "/gatewright/", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/login//", 404, "not_found"),
        ("GET", "/challenge", 405, "method_not_allowed"),
        ("GET", "/logout", 405, "method_not_allowed"),
        ("DELETE", "/me", 405, "method_not_allowed"),
        ("DELETE", "/login", 405, "method_not_allowed"),
        ("GET", "/api/login", 405, "method_not_allowed"),
        ("POST", "/gatewright/style.css", 405, "method_not_allowed"),
        ("OPTIONS", "/authenticate", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(site, client, method, path, status, code, assert_problem):
    """Unknown addresses and methods answer in the same shape."""
    answer = client.request(method, f"{site.url}{path}")

    assert_problem(answer, status, code)
    assert ("allow" in answer.headers) == (status == 405)
