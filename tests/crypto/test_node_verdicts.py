"""What a real Evrmore node signed, and its verdicts on 170 rows: ours are the same but for spellings it forgives."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from gatewright.crypto import NETWORKS, sign_message, verify_message

VECTORS = Path(__file__).parents[1] / "vectors"
ROWS = json.loads((VECTORS / "evrmore_node_signed_messages.json").read_text())
NETWORK_OF = {
    "mainnet": [NETWORKS["evrmore"]],
    "testnet": [NETWORKS["evrmore-testnet"]],
    "regtest": [NETWORKS["evrmore-regtest"]],
}
SIGNED_BY_THE_NODE = [row for row in ROWS if "signed by the node" in row["note"]]


def has_one_spelling(row):
    """Judge a row by its text alone: canonical base64, a header that wallets write, and a bare address."""
    try:
        decoded = b64decode(row["signature"])
    except ValueError:
        return False
    is_canonical = b64encode(decoded).decode("ascii") == row["signature"]
    return is_canonical and 27 <= decoded[0] <= 34 and row["address"].isalnum() and row["address"].isascii()


def test_no_row_is_left_out():
    """The file holds what its description says, so the tests below see all of it."""
    assert len(ROWS) == 170
    assert len(SIGNED_BY_THE_NODE) == sum(row["verifies"] and "signed by the node" in row["note"] for row in ROWS)
    assert len(SIGNED_BY_THE_NODE) >= 35


@pytest.mark.parametrize("row", SIGNED_BY_THE_NODE, ids=lambda row: f"{row['network']}: {row['note']}")
def test_we_sign_as_the_node_does(row):
    """Our signature is the node's, byte for byte."""
    assert row["signature"] == sign_message(row["message"], wif=row["wif"], networks=NETWORK_OF[row["network"]])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['network']}: {row['note']}")
def test_we_judge_as_the_node_does(row):
    """The verdict is the node's; only another spelling of what it forgives is refused."""
    expected = row["verifies"] and has_one_spelling(row)
    verdict = verify_message(
        row["address"], message=row["message"], signature=row["signature"], networks=NETWORK_OF[row["network"]]
    )

    assert expected is verdict
    if not row["note"].startswith("LAX"):
        assert row["verifies"] is verdict


def test_of_what_the_node_forgives_high_s_stays():
    """High S is the one leniency that we share: exactly the two rows for it, spelled canonically, verify."""
    shared = [row["note"] for row in ROWS if row["note"].startswith("LAX") and has_one_spelling(row)]

    assert shared == [
        "LAX: high-S malleated (r, n-s) with the recovery id flipped (compressed key)",
        "LAX: high-S signature with nonce 2, not made by the node",
    ]
