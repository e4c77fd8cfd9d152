"""The constants of each network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.crypto import NETWORKS, Network

PARAMS = json.loads((Path(__file__).parents[1] / "vectors/evrmore/params.json").read_text())


@pytest.mark.parametrize(
    ("name", "chain"),
    [("evrmore", "main"), ("evrmore-testnet", "test_and_regtest"), ("evrmore-regtest", "test_and_regtest")],
)
def test_evrmore_has_the_constants_of_the_node(name, chain):
    """The three Evrmore networks carry the version bytes and the magic of the node's own source."""
    network = NETWORKS[name]

    assert (PARAMS[chain]["pubkey"], PARAMS[chain]["secret"]) == (network.address_version, network.wif_version)
    assert PARAMS["message_magic"] == network.message_magic


@pytest.mark.parametrize(
    "expected",
    [
        Network("ravencoin", "Ravencoin", "Raven Signed Message:\n", address_version=60, wif_version=128),
        Network("bitcoin", "Bitcoin", "Bitcoin Signed Message:\n", address_version=0, wif_version=128),
    ],
    ids=lambda network: network.name,
)
def test_the_other_networks_have_theirs(expected):
    """Ravencoin and Bitcoin carry their own version bytes and magic."""
    assert expected == NETWORKS[expected.name]


def test_networks_cannot_be_changed():
    """The table is read-only, so that no application changes another's networks."""
    with pytest.raises(TypeError):
        NETWORKS["evrmore"] = NETWORKS["bitcoin"]


def test_there_are_five_networks_each_under_its_own_name():
    """A network is found by the name that it carries."""
    assert {"evrmore", "evrmore-testnet", "evrmore-regtest", "ravencoin", "bitcoin"} == set(NETWORKS)
    assert all(name == network.name for name, network in NETWORKS.items())
