"""Making wallets and signing, through the application: on the networks that it is configured for."""

from __future__ import annotations

import pytest

from gatewright.crypto import NETWORKS, read_address, read_wif
from gatewright.errors import ConfigurationError, InvalidKeyError, InvalidParameterError
from gatewright.testing import SeededRandom, Wallet


def test_a_new_wallet_can_sign_in(auth, count):
    """The address and its key, which is stored nowhere."""
    address, wif = auth.create_wallet_address()
    assert read_address(address, [NETWORKS["evrmore"]])
    assert count("users") == 0
    challenge = auth.generate_challenge(address)

    assert auth.authenticate(address, challenge, auth.sign_message(wif, challenge)).evrmore_address == address


def test_the_key_comes_from_the_randomness_of_the_application(make_auth):
    """A seeded one makes the same wallet again; the system's never does."""
    first, again = [make_auth(random=SeededRandom("seed")).create_wallet_address() for _ in range(2)]
    assert first == again

    assert len({make_auth().create_wallet_address() for _ in range(3)}) == 3


@pytest.mark.parametrize("network", NETWORKS)
def test_the_first_network_is_the_one_for_new_wallets(make_auth, gatewright_settings, network):
    """And its keys sign."""
    auth = make_auth(settings=gatewright_settings.with_values(networks=(network,)))
    address, wif = auth.create_wallet_address()

    assert read_wif(wif, [NETWORKS[network]]).is_compressed
    assert auth.verify_signature(address, "hello", auth.sign_message(wif, "hello"))
    challenge = auth.generate_challenge(address)
    assert auth.authenticate(address, challenge, auth.sign_message(wif, challenge))


def test_signing_takes_the_key_first(auth, alice):
    """Swapped, the text is no key, and the error shows neither."""
    assert auth.sign_message(alice.wif, "hello") == alice.sign("hello")

    with pytest.raises(InvalidKeyError) as refused:
        auth.sign_message("hello", alice.wif)
    assert alice.wif not in str(refused.value)
    with pytest.raises(InvalidParameterError):
        auth.sign_message(alice.wif, "\ud800")


def test_a_key_of_another_network_signs_nothing(auth):
    """A testnet key is none of mainnet's."""
    with pytest.raises(InvalidKeyError, match="Evrmore"):
        auth.sign_message(Wallet.new(network="evrmore-testnet").wif, "hello")


@pytest.mark.parametrize("networks", [("nowhere",), ("evrmore", "nowhere"), ("Evrmore",)])
def test_an_unknown_network_is_a_mistake_of_configuration(make_auth, gatewright_settings, networks):
    """The message names it and lists those there are."""
    with pytest.raises(ConfigurationError, match=networks[-1]) as refused:
        make_auth(settings=gatewright_settings.with_values(networks=networks))

    assert [name for name in NETWORKS if name not in str(refused.value)] == []


def test_a_wallet_of_another_chain_is_another_user(make_auth, gatewright_settings, sign_in, count):
    """One key has an address on each chain, and each address is its own account."""
    auth = make_auth(settings=gatewright_settings.with_values(networks=("evrmore", "ravencoin")))
    wallets = [Wallet.new("same seed", network=network) for network in ("evrmore", "ravencoin")]
    for wallet in wallets:
        challenge = auth.generate_challenge(wallet.address)
        assert auth.authenticate(wallet.address, challenge, wallet.sign(challenge)).evrmore_address == wallet.address

    assert count("users") == 2
