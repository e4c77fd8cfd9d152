"""How often one address and one client may ask for a challenge."""

from __future__ import annotations

import pytest

from gatewright.errors import RateLimitError
from gatewright.testing import Wallet


def ask(auth, times, *, wallet=None, ip_address=None):
    """Ask so many times, each time for another wallet where none is given."""
    for number in range(times):
        address = (wallet or Wallet.new(f"{ip_address} {number}")).address
        auth.generate_challenge(address, ip_address=ip_address)


def test_an_address_may_ask_ten_times_a_minute(auth, alice, bob, count):
    """The eleventh question is refused and stored nowhere; another address may still ask."""
    ask(auth, 10, wallet=alice)
    with pytest.raises(RateLimitError) as refused:
        auth.generate_challenge(alice.address, ip_address="192.0.2.1")
    assert refused.value.retry_after == 60
    assert refused.value.evidence == {"address": alice.address, "client": "192.0.2.1"}
    assert count("challenges") == 10

    assert auth.generate_challenge(bob.address)


def test_the_window_slides(auth, alice, clock):
    """A question counts for sixty seconds, to the microsecond, and then no longer."""
    ask(auth, 5, wallet=alice)
    clock.advance(seconds=30)
    ask(auth, 5, wallet=alice)
    clock.advance(seconds=29.999999)
    with pytest.raises(RateLimitError):
        auth.generate_challenge(alice.address)
    clock.advance(seconds=0.000001)
    ask(auth, 5, wallet=alice)

    with pytest.raises(RateLimitError):
        auth.generate_challenge(alice.address)


def test_used_and_expired_challenges_count(auth, alice, sign_in):
    """Neither signing in nor asking for challenges that have expired makes room for more."""
    for _ in range(5):
        sign_in(auth, alice)
        auth.generate_challenge(alice.address, 0)

    with pytest.raises(RateLimitError):
        auth.generate_challenge(alice.address)


def test_the_limits_are_settings(make_auth, gatewright_settings, alice):
    """Both numbers can be changed."""
    auth = make_auth(settings=gatewright_settings.with_values(challenges_per_address=2, challenges_per_client=3))
    ask(auth, 2, wallet=alice, ip_address="192.0.2.1")
    with pytest.raises(RateLimitError):
        auth.generate_challenge(alice.address)
    ask(auth, 1, ip_address="192.0.2.1")

    with pytest.raises(RateLimitError):
        ask(auth, 1, ip_address="192.0.2.1")


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("192.0.2.1", "::FFFF:C000:0201", "::ffff:192.0.2.2"),
        ("2001:db8:0:1::1", "2001:0DB8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:2::1"),
        ("2001:db8:0:2::1", "2001:db8:0:2:8000::", "2001:db8:0:3::1"),
        ("2001:db8::", "2001:db8::1", "2001:db9::"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_a_customer(make_auth, gatewright_settings, first, same, other):
    """An IPv4 address in any spelling is one client, and so is a whole IPv6 /64."""
    auth = make_auth(settings=gatewright_settings.with_values(challenges_per_client=2))
    ask(auth, 1, ip_address=first)
    ask(auth, 1, ip_address=same)
    for spelling in (first, same):
        with pytest.raises(RateLimitError):
            auth.generate_challenge(Wallet.new().address, ip_address=spelling)

    assert auth.generate_challenge(Wallet.new().address, ip_address=other)


def test_sixty_a_minute_is_the_default_of_a_client(auth, clock):
    """One client may ask for sixty addresses; where no client is given, there is nothing to count by."""
    ask(auth, 60, ip_address="192.0.2.1")
    with pytest.raises(RateLimitError):
        auth.generate_challenge(Wallet.new().address, ip_address="192.0.2.1")
    assert auth.generate_challenge(Wallet.new().address)

    clock.advance(minutes=1)

    assert auth.generate_challenge(Wallet.new().address, ip_address="192.0.2.1")


def test_two_applications_on_one_database_count_together(make_auth, alice):
    """The limit belongs to the store, not to the object."""
    first, second = make_auth(), make_auth()
    ask(first, 5, wallet=alice)
    ask(second, 5, wallet=alice)

    for auth in (first, second):
        with pytest.raises(RateLimitError):
            auth.generate_challenge(alice.address)
