"""Attacks on access tokens: over HTTP, and through the library that every application may ask as well."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from gatewright import EvrmoreAuth
from gatewright.auth import signing_keys
from gatewright.tokens import key_from_pem, key_from_secret
from targets import SERVERS, cookies_of

VECTORS = Path(__file__).parents[1] / "vectors"
RECIPES = json.loads((VECTORS / "jwt/attack_recipes.json").read_text(encoding="utf-8"))
ROWS = RECIPES["vectors"]
REVOKED, DEACTIVATED = "jti already revoked", "token of a deactivated user"
TWICE, IN_QUERY, LOWER_CASE = (
    'token twice in one header ("Bearer a b")',
    "token in the query string",
    'lower-case "bearer" scheme',
)
"""Rows whose token is good: what is wrong is elsewhere, or nothing is."""

WYCHEPROOF = json.loads((VECTORS / "wycheproof/json_web_signature_test.json").read_text(encoding="utf-8"))
SECRET, NEXT_SECRET = "the secret before the rotation, long enough", "the secret after the rotation, long enough"


@pytest.fixture
def outgoing(monkeypatch):
    """Every connection to another machine that anybody tries to make; none is made."""
    tried, connect, look_up = [], socket.socket.connect, socket.getaddrinfo

    def guarded(call, address_of):
        def guard(*args, **kwargs):
            if address_of(*args) not in ("127.0.0.1", "localhost"):
                tried.append(args)
                raise OSError("There is no network.")
            return call(*args, **kwargs)

        return guard

    monkeypatch.setattr(socket.socket, "connect", guarded(connect, lambda _, address: address[0]))
    monkeypatch.setattr(socket, "getaddrinfo", guarded(look_up, lambda host, *_: host))
    return tried


def ask(target, *headers, query=""):
    """Ask who I am wherever a token is taken; return the status, which is the same everywhere."""
    paths = ("/api/account", "/me" if target.name in SERVERS else target.private)
    answers = [target.send("GET", path + query, headers) for path in paths]
    statuses = {answer[0] for answer in answers}
    assert len(statuses) == 1, answers
    return statuses.pop()


def bearing(token, scheme="Bearer"):
    return "Authorization", f"{scheme} {token}"


def with_the_recipes_keys(monkeypatch, folder, algorithm):
    """Return settings of a service that would accept the controls of the recipes, and name its key as they do."""
    settings = {"jwt_issuer": RECIPES["verifier"]["issuer"], "jwt_audience": RECIPES["verifier"]["audience"]}
    if algorithm == "HS256":
        monkeypatch.setattr(signing_keys, "key_from_secret", partial(key_from_secret, kid="k1"))
        return settings | {"jwt_secret": RECIPES["hs256_key_utf8"]}
    (folder / "public.pem").write_text(RECIPES["rsa_public_pem"])
    monkeypatch.setattr(signing_keys, "key_from_pem", partial(key_from_pem, kid="k1"))
    return settings | {"jwt_key_file_previous": folder / "public.pem"}


def open_the_session_of_the_recipes(target, wallet):
    """Have the session and the user that the tokens of the recipes name."""
    target.token_of(wallet)
    target.rows(
        "INSERT INTO users (id, username, is_active, is_verified, created_at) "
        "SELECT 'user-1', 'somebody', is_active, is_verified, created_at FROM users"
    )
    target.rows("UPDATE sessions SET id = 'j-1', user_id = 'user-1', account_id = 'user-1'")


def is_accepted(target, row):
    """Present a row's token to the service and to the library, and say whether it is accepted."""
    token = row["token"]
    if row["name"] == IN_QUERY:
        return 200 in (ask(target, query=f"?{name}={token}") for name in ("token", "access_token"))
    answer = ask(target, bearing(token or "", scheme="bearer" if row["name"] == LOWER_CASE else "Bearer"))
    assert answer in (200, 401), row
    if row["name"] != TWICE:
        sent = None if row["recipe"] == "pass None" else token
        assert (target.auth.validate_token(sent) is not None) == (answer == 200), row
    return answer == 200


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_presenting_a_forged_token(algorithm, open_target, alice, monkeypatch, tmp_path, gatewright_clock, outgoing):
    """Every recipe, where the session that it names is open: only what we could have issued is accepted."""
    gatewright_clock.advance(datetime.fromtimestamp(RECIPES["clock"], tz=UTC) - gatewright_clock.now())
    target = open_target(**with_the_recipes_keys(monkeypatch, tmp_path, algorithm))
    open_the_session_of_the_recipes(target, alice)
    rows = [row for row in ROWS if row["config"] == algorithm]
    accepted = [row["name"] for row in rows if is_accepted(target, row)]

    assert len(ROWS) == 62
    assert (
        accepted
        == {
            "HS256": ["well-formed access token", REVOKED, DEACTIVATED, LOWER_CASE],
            "RS256": ["well-formed RS256 token"],
        }[algorithm]
    )
    assert outgoing == []
    target.rows("UPDATE users SET is_active = ? WHERE id = 'user-1'", False)
    assert not any(is_accepted(target, row) for row in rows)
    target.rows("UPDATE users SET is_active = ? WHERE id = 'user-1'", True)
    target.rows("UPDATE sessions SET is_active = ?", False)
    assert not any(is_accepted(target, row) for row in rows)


def test_presenting_what_other_libraries_were_fooled_by(target, outgoing):
    """Every signature of Wycheproof, the valid ones too: their keys are not ours."""
    tokens = {test["jws"] for group in WYCHEPROOF["testGroups"] for test in group["tests"]}

    assert len(tokens) == 385  # of 401 rows, some of which differ by their key alone
    assert {token for token in tokens if target.auth.validate_token(token)} == set()
    assert {ask(target, bearing(quoted(token))) for token in tokens} == {401}
    assert outgoing == []


def quoted(token):
    """Return a token as a header can hold it."""
    return token.encode("ascii", "backslashreplace").decode().replace("\n", " ")


def test_presenting_another_secret_as_a_token(target, anna, alice, browser):
    """Cookies, links, challenges and names of sessions are no tokens, and a token is none of these."""
    target.log_in(browser, remember_me="on")
    target.auth.request_password_reset("anna@example.com")
    secret = target.link().rpartition("/")[2]
    challenge = target.auth.generate_challenge(alice.address)
    session = target.auth.authenticate(alice.address, challenge, alice.sign(challenge))
    others = [*browser.cookies.values(), secret, challenge, session.id, anna.id, "anna", alice.address]

    assert ask(target, bearing(session.token)) == 200
    assert {ask(target, bearing(other)) for other in others} == {401}
    for name in browser.cookies:
        assert ask(target, ("Cookie", f"{name}={session.token}")) != 200
    for path in ("/password-reset", "/email_verification", "/email_change"):
        status, problem = target.call(target.browser(), f"/api{path}/{session.token}", {"password": "q" * 20})
        assert (status, problem["code"]) == (410, "invalid_link")
    wrong = {"evrmore_address": alice.address, "challenge": session.token, "signature": alice.sign(session.token)}
    assert target.call(target.browser(), "/api/login/wallet", wrong)[0] == 401


@pytest.mark.parametrize("foreign", [{"jwt_issuer": "https://evil.example"}, {"jwt_audience": "another service"}])
def test_presenting_a_token_of_another_service(target, alice, foreign):
    """Though it has the same key and the same database, neither takes the tokens of the other."""
    with EvrmoreAuth(settings=target.auth.settings.with_values(**foreign), clock=target.clock) as other:
        challenge = other.generate_challenge(alice.address)
        token = other.authenticate(alice.address, challenge, alice.sign(challenge)).token

        assert other.validate_token(token)
        assert other.validate_token(target.token_of(alice)) is None
    assert ask(target, bearing(token)) == 401


@pytest.mark.shows_secrets
def test_sending_a_token_where_none_belongs(target, alice):
    """Neither in the address, where logs keep it, nor in a body, another header, or a cookie."""
    token = target.token_of(alice)
    kind = ("Content-Type", "application/json")
    for name in ("token", "access_token", "authorization"):
        assert ask(target, query=f"?{name}={token}") != 200
        assert ask(target, (f"X-{name}", token)) != 200
        body = json.dumps({name: token, "action": "profile", "first_name": "Eve"}).encode()
        assert target.send("POST", "/api/account", [kind], body)[0] == 401
    assert ask(target, ("Cookie", f"gatewright={token}; __Host-gatewright={token}")) != 200


def test_sending_what_one_reader_takes_for_a_token_and_another_does_not(target, alice):
    """A good token among others does not help."""
    token = target.token_of(alice)
    values = ("{0} {0}", "{0},{0}", "{0}, Bearer {0}", '"{0}"', "{0}\t{0}", "{0}.", "=", "null", "{0}\u00e9")
    assert {ask(target, bearing(value.format(token))) for value in values} == {401}
    assert ask(target, bearing(token, scheme="BEARER")) == 200


def test_sending_two_headers(target, alice, browser, anna):
    """Of two nobody can say which one a proxy in front has looked at. And a bad token does not lead to the cookie."""
    token = target.token_of(alice)
    other = ("Authorization", "Basic dXNlcjpwYXNz")
    assert ask(target, bearing(token), bearing(token)) == 401
    assert ask(target, other, bearing(token)) == 401
    target.log_in(browser)
    cookies = cookies_of(browser)
    assert target.send("GET", "/api/account", [cookies])[0] == 200
    assert ask(target, cookies, bearing("nonsense")) == 401


def test_sending_an_enormous_token(target):
    """Refused by its length, before anything is computed of it."""
    assert {ask(target, bearing(text * 1_000_000)) for text in ("a", "a.", "=")} == {401}


def test_presenting_tokens_of_a_key_that_was_retired(open_target, alice, outgoing):
    """A key verifies as long as it is the current or the previous one. Unknown keys are looked for nowhere."""
    token = open_target(jwt_secret=SECRET).token_of(alice)
    rotated = open_target(jwt_secret=NEXT_SECRET, jwt_secret_previous=SECRET)
    assert ask(rotated, bearing(token)) == 200
    retired = open_target(jwt_secret=NEXT_SECRET)
    assert {ask(retired, bearing(token)) for _ in range(20)} == {401}
    assert outgoing == []
