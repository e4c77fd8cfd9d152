"""Every recipe of ``tests/vectors/jwt/attack_recipes.json``, at its fixed clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatewright.errors import InvalidTokenError
from gatewright.tokens import AccessTokens, KeyRing, key_from_pem, key_from_secret

RECIPES = json.loads((Path(__file__).parents[1] / "vectors/jwt/attack_recipes.json").read_text(encoding="utf-8"))
ROWS = {row["id"]: row for row in RECIPES["vectors"]}
NOW = datetime.fromtimestamp(RECIPES["clock"], tz=UTC)

# These tokens are authentic and in date; what is wrong with them is not in the token.
DECIDED_ELSEWHERE = {
    "J84": "only the store knows that the session was revoked",
    "J85": "only the store knows that the user was deactivated",
    "J123": "only the transport knows that the token came in the query string",
    "J124": "only the transport sees the name of the scheme",
}
ACCEPTED = {row_id for row_id, row in ROWS.items() if row["expected"] == "accept"}
REFUSED = ROWS.keys() - ACCEPTED - DECIDED_ELSEWHERE.keys()


def read(row: dict[str, str]) -> dict[str, object]:
    keys = {
        "HS256": key_from_secret(RECIPES["hs256_key_utf8"], kid="k1"),
        "RS256": key_from_pem(RECIPES["rsa_public_pem"].encode(), kid="k1"),
    }
    verifier = RECIPES["verifier"]
    tokens = AccessTokens(KeyRing(keys[row["config"]]), issuer=verifier["issuer"], audience=verifier["audience"])
    return tokens.read(None if row["recipe"] == "pass None" else row["token"], now=NOW)


def test_every_recipe_is_accounted_for():
    """The file has 62 rows: two controls, four for higher layers, and all others are refused here."""
    assert len(RECIPES["vectors"]) == len(ROWS) == 62
    assert sorted(ACCEPTED) == ["J01", "J02"]
    assert len(REFUSED) == 56
    assert {"J31", "J47", "J71", "J107"} <= REFUSED


@pytest.mark.parametrize("row_id", sorted(ACCEPTED))
def test_a_control_is_accepted(row_id):
    """Without controls, refusing everything would pass."""
    assert read(ROWS[row_id])["sub"] == "user-1"


@pytest.mark.parametrize("row_id", sorted(REFUSED))
def test_an_attack_is_refused(row_id):
    """Rows that the file leaves to policy are refused too: we never issue such tokens."""
    with pytest.raises(InvalidTokenError):
        read(ROWS[row_id])


@pytest.mark.parametrize("row_id", sorted(DECIDED_ELSEWHERE))
def test_an_authentic_token_is_left_to_the_layers_above(row_id):
    """Read here, these equal the first control: a layer above has to refuse them, or accept them, on its own."""
    assert ROWS[row_id]["token"] == ROWS["J01"]["token"], DECIDED_ELSEWHERE[row_id]
    assert read(ROWS[row_id]) == read(ROWS["J01"])
