"""The REST API, when all goes well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest


def test_a_challenge_names_the_address_and_says_when_it_expires(site, client):
    """The text is one line; its expiry is the one that the text tells the signer."""
    address, _ = site.auth.create_wallet_address()
    before = site.clock.now()

    answer = client.post("/challenge", json={"evrmore_address": address})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().keys() == {"challenge", "expires_at"}
    assert address in answer.json()["challenge"]
    assert "\n" not in answer.json()["challenge"]
    expires_at = datetime.fromisoformat(answer.json()["expires_at"])
    assert timedelta(minutes=10) <= expires_at - before < timedelta(minutes=11)
    assert f"Expires: {expires_at:%Y-%m-%dT%H:%M:%SZ}" in answer.json()["challenge"]


def test_asking_for_a_challenge_makes_no_account(site, client):
    """One row more among the challenges, and none anywhere else."""
    before = site.rows()

    client.post("/challenge", json={"evrmore_address": site.auth.create_wallet_address()[0]})

    assert site.rows() == before | {"challenges": before["challenges"] + 1}


def test_a_signed_challenge_gives_a_token(site, client, bearer):
    """The token is good at once, and its answer agrees with what the token says of itself."""
    address, wif = site.auth.create_wallet_address()

    answer = client.post("/authenticate", json=site.signed(client, address, wif))

    assert answer.status_code == 200
    assert answer.json().keys() == {"token", "expires_at", "user"}
    assert answer.json()["user"].keys() == {"id", "evrmore_address"}
    assert answer.json()["user"]["evrmore_address"] == address
    validated = client.get("/validate", headers=bearer(answer.json()["token"]))
    assert validated.status_code == 200
    assert validated.json() == {
        "valid": True,
        "user_id": answer.json()["user"]["id"],
        "session_id": validated.json()["session_id"],
        "evrmore_address": address,
        "expires_at": answer.json()["expires_at"],
    }
    assert datetime.fromisoformat(validated.json()["expires_at"]).tzinfo == UTC


def test_the_same_wallet_is_the_same_account(site, client):
    """Two sign-ins, two tokens, one user."""
    address, wif = site.auth.create_wallet_address()

    first, second = (client.post("/authenticate", json=site.signed(client, address, wif)).json() for _ in range(2))

    assert first["user"] == second["user"]
    assert first["token"] != second["token"]


def test_me_is_the_account(site, client, bearer):
    """Every field of an account, and nothing else."""
    signed_in = site.sign_in(client)

    account = client.get("/me", headers=bearer(signed_in["token"]))

    assert account.status_code == 200
    created_at = account.json()["created_at"]
    assert account.json() == {
        **signed_in["user"],
        "username": None,
        "email": None,
        "is_active": True,
        "is_verified": True,
        "created_at": created_at,
        "last_login": created_at,
    }
    assert datetime.fromisoformat(created_at).tzinfo == UTC


def test_logging_out_ends_the_token_at_once(site, client, bearer, assert_problem):
    """204 without a body; afterwards the token is worth nothing anywhere."""
    header = bearer(site.sign_in(client)["token"])

    answer = client.post("/logout", headers=header)

    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in (("GET", "/validate"), ("GET", "/me"), ("POST", "/logout")):
        assert_problem(client.request(method, path, headers=header), 401, "invalid_token")


def test_a_session_remembers_address_and_device(site):
    """The other end of the connection, and what the client says of itself."""
    client = site.client(headers={"User-Agent": "a-client/1.0"})

    user_id = site.sign_in(client)["user"]["id"]

    select = "SELECT ip_address, user_agent FROM sessions WHERE user_id = ?"
    assert site.fetch(select, user_id) == [("127.0.0.1", "a-client/1.0")]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_server_is_well(client, path):
    """Alive, and ready."""
    answer = client.get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/me", "/validate"])
def test_what_can_be_read_can_be_asked_for_without_its_body(site, client, bearer, path):
    """As a load balancer or ``wget --spider`` does: by HEAD (RFC 9110, 9.1)."""
    headers = bearer(site.sign_in(client)["token"])
    read, asked = client.get(path, headers=headers), client.head(path, headers=headers)

    assert (asked.status_code, asked.headers["content-type"]) == (200, read.headers["content-type"])
    assert set(client.put(path).headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("revision", [None, "0001", ""])
def test_a_database_that_lacks_migrations_makes_a_server_unready(open_site, assert_problem, revision):
    """Alive all the same: starting it anew would cure nothing. Nobody is told what is wrong."""
    site = open_site()
    client = site.client()
    site.execute(
        "DELETE FROM alembic_version" if revision is None else f"UPDATE alembic_version SET version_num = '{revision}'"
    )

    problem = assert_problem(answer := client.get("/readyz"), 503, "store_unavailable")

    assert int(answer.headers["retry-after"]) > 0
    assert "revision" not in answer.text
    assert problem.keys() == {"type", "title", "status", "detail", "code"}
    assert client.get("/healthz").status_code == 200


def test_a_newer_release_may_migrate_while_this_one_runs(open_site):
    """Releases are rolled out one process after the other."""
    site = open_site()
    site.execute("UPDATE alembic_version SET version_num = '9999'")

    assert site.client().get("/readyz").status_code == 200


def test_naive_timestamps_are_utc_on_the_wire(open_site):
    """What an application asked for inside makes no difference outside."""
    site = open_site(auth={"naive_timestamps": True})

    signed_in = site.sign_in(site.client())

    assert datetime.fromisoformat(signed_in["expires_at"]).tzinfo == UTC
