"""Asking for a challenge: what it says, whom it is for, and that nobody is registered by it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from gatewright import Denied
from gatewright.errors import ConfigurationError, InvalidAddressError, InvalidParameterError
from gatewright.settings import load_settings
from gatewright.testing import Wallet


def test_the_text_says_who_asks_whom_and_until_when(auth, alice):
    """One line names the site, the wallet, the address, a nonce of 128 bits, and both times."""
    challenge = auth.generate_challenge(alice.address, 5)

    assert re.fullmatch(
        rf"localhost asks you to sign in with your Evrmore wallet {alice.address}\. Nonce: [0-9a-f]{{32}}\. "
        r"Issued: 2030-01-01T12:00:00Z\. Expires: 2030-01-01T12:05:00Z\.",
        challenge,
    )


def test_the_text_names_the_configured_site(make_auth, gatewright_settings, alice):
    """A person who signs for a phishing site can see that it is another one."""
    auth = make_auth(settings=gatewright_settings.with_values(domain="shop.example"))

    assert auth.generate_challenge(alice.address).startswith("shop.example asks you to sign in ")


def test_every_challenge_is_another(auth, alice):
    """Ten challenges at one moment for one address are ten texts."""
    assert len({auth.generate_challenge(alice.address) for _ in range(10)}) == 10


def test_what_is_stored_is_what_was_asked_for(auth, alice, clock, hooks):
    """The record has the text, the times and the address, is unused, and is what the hook saw."""
    challenge = auth.generate_challenge(alice.address, 7.5)
    record = auth.get_challenge_details(challenge)

    assert (record.evrmore_address, record.challenge_text, record.used) == (alice.address, challenge, False)
    assert (record.created_at, record.expires_at) == (clock.now(), clock.now() + timedelta(minutes=7.5))
    assert hooks.of("post_challenge")[0]["challenge_record"] == record


def test_ten_minutes_are_the_default(auth, alice, clock):
    """Without an argument a challenge lives as long as the documents say."""
    record = auth.get_challenge_details(auth.generate_challenge(alice.address))

    assert record.expires_at == clock.now() + timedelta(minutes=10)


def test_zero_minutes_give_a_challenge_that_has_expired(auth, alice, clock):
    """Its end is its beginning."""
    record = auth.get_challenge_details(auth.generate_challenge(alice.address, expire_minutes=0))

    assert record.expires_at == record.created_at == clock.now()


def test_asking_makes_no_user(auth, alice, bob, count):
    """A challenge is a row of its own table and of no other."""
    auth.generate_challenge(alice.address)
    auth.generate_challenge(bob.address, ip_address="192.0.2.1")

    assert (count("challenges"), count("users"), count("sessions")) == (2, 0, 0)


@pytest.mark.parametrize("network", ["evrmore-testnet", "ravencoin", "bitcoin"])
def test_other_networks_must_be_configured(auth, make_auth, gatewright_settings, network, count):
    """By default only Evrmore mainnet may sign in; a configured network may, and the text names it."""
    wallet = Wallet.new(network=network)
    with pytest.raises(InvalidAddressError, match=wallet.address):
        auth.generate_challenge(wallet.address)
    assert count("challenges") == 0

    other = make_auth(settings=gatewright_settings.with_values(networks=("evrmore", network)))

    assert f"your {wallet.network.title} wallet {wallet.address}" in other.generate_challenge(wallet.address)


def test_a_lifetime_of_more_than_a_year_is_a_mistake_of_unit(auth, alice, count):
    """366 days are the most; the error says so and nothing is stored."""
    auth.generate_challenge(alice.address, 366 * 24 * 60)
    with pytest.raises(InvalidParameterError, match=r"expire_minutes must be .* 0 to 527040"):
        auth.generate_challenge(alice.address, 366 * 24 * 60 + 1)

    assert count("challenges") == 1


def test_details_of_an_unknown_challenge_are_none(auth, alice):
    """The text must be exactly the stored one: no prefix, no other case, nothing round it."""
    challenge = auth.generate_challenge(alice.address)

    for text in ("unknown", challenge[:-1], f"{challenge} ", challenge.upper(), f"\n{challenge}", "%"):
        assert auth.get_challenge_details(text) is None


def test_a_veto_leaves_no_trace(auth, alice, count):
    """A hook that denies the question keeps the challenge from being made."""

    @auth.hooks.pre_challenge
    def refuse():
        raise Denied("closed for today")

    with pytest.raises(Denied, match="closed for today"):
        auth.generate_challenge(alice.address)

    assert count("challenges") == 0


def test_domains_that_would_break_the_line_are_refused():
    """The text stays one line of bounded length, so the site's name may not hold a line break or be endless."""
    for domain in ("two\nlines", "x" * 2000, "nul\0"):
        with pytest.raises(ConfigurationError, match="GATEWRIGHT_DOMAIN"):
            load_settings(domain=domain)
