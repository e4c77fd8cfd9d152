"""``gatewright challenge``."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from gatewright import EvrmoreAuth


def test_a_challenge_is_printed_as_it_is(invoke, alice, count):
    """One line on stdout that can be signed and turned into a session."""
    result = invoke("challenge", alice.address)
    (challenge,) = result.stdout.splitlines()

    with EvrmoreAuth() as auth:
        session = auth.authenticate(alice.address, challenge, alice.sign(challenge))
    assert alice.address == session.evrmore_address
    assert count("challenges") == 1


def test_a_challenge_for_programs(invoke, alice):
    """The document holds the text and when it expires, in UTC."""
    document = json.loads(invoke("challenge", alice.address, "--json").stdout)

    assert alice.address == document["evrmore_address"]
    assert document["challenge"].startswith("localhost asks you to sign in")
    assert timedelta(0) == datetime.fromisoformat(document["expires_at"]).utcoffset()


def test_an_address_of_another_network_is_bad_input(invoke, count):
    """The error says what is accepted, and nothing is stored."""
    result = invoke("challenge", "RXBurnXXXXXXXXXXXXXXXXXXXXXXWUo9FV", "--json")
    error = json.loads(result.stderr)["error"]

    assert (result.exit_code, result.stdout) == (2, "")
    assert error["code"] == "invalid_address"
    assert "Give a P2PKH address of: Evrmore." in error["message"]
    assert count("challenges") == 0


def test_asking_too_often_is_refused(invoke, alice, count):
    """The limit holds for the command too, with its own code."""
    codes = [invoke("challenge", alice.address, GATEWRIGHT_CHALLENGES_PER_ADDRESS="2").exit_code for _ in range(2)]
    refused = invoke("challenge", alice.address, "--json", GATEWRIGHT_CHALLENGES_PER_ADDRESS="2")

    assert [*codes, refused.exit_code] == [0, 0, 2]
    assert json.loads(refused.stderr)["error"]["code"] == "rate_limited"
    assert count("challenges") == 2


def test_a_production_without_a_secret_is_a_configuration_error(invoke, alice):
    """Exit code 3, with the cure on stderr."""
    result = invoke("challenge", alice.address, GATEWRIGHT_ENV="production")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "error: Production needs a secret" in result.stderr
    assert "GATEWRIGHT_JWT_SECRET" in result.stderr
