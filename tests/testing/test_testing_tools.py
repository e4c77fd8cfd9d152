"""The published helpers for tests: they do what real parts do, but the same in every run."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gatewright.crypto import NETWORKS, address_of, public_key_of, read_wif, verify_message
from gatewright.errors import InvalidParameterError, UnknownHookError
from gatewright.testing import FrozenClock, HookRecorder, SeededRandom, Wallet

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_a_frozen_clock_stands_still():
    """Until it is told to move."""
    clock = FrozenClock()
    assert clock.now() == clock.now() == NOON

    assert clock.advance(minutes=1, seconds=0.5) == NOON + timedelta(seconds=60.5)
    assert clock.advance(timedelta(days=1), hours=-1) == clock.now() == NOON + timedelta(hours=23, seconds=60.5)
    assert repr(clock) == "FrozenClock(at=2030-01-02T11:01:00.500000+00:00)"


def test_a_frozen_clock_tells_utc():
    """Wherever the moment came from; a naive one could mean anything."""
    assert FrozenClock(at=NOON.astimezone(timezone(timedelta(hours=9)))).now() == NOON
    assert FrozenClock(at=NOON.astimezone(timezone(timedelta(hours=9)))).now().tzinfo is UTC
    with pytest.raises(InvalidParameterError, match="aware"):
        FrozenClock(at=datetime(2030, 1, 1))  # noqa: DTZ001 - a naive one is the test


def test_seeded_randomness_repeats_itself():
    """Per seed; in one run no bytes come twice."""
    one, again, other = SeededRandom("a"), SeededRandom("a"), SeededRandom("b")
    drawn = [one.token_bytes(size) for size in (0, 1, 16, 32, 33, 100)]

    assert [len(block) for block in drawn] == [0, 1, 16, 32, 33, 100]
    assert drawn == [again.token_bytes(size) for size in (0, 1, 16, 32, 33, 100)]
    assert drawn[3] != other.token_bytes(32)
    assert len({one.token_bytes(16) for _ in range(100)}) == 100


@pytest.mark.parametrize("network", NETWORKS)
def test_a_wallet_is_a_real_one(network):
    """Its key leads to its address, and what it signs verifies on its network."""
    wallet = Wallet.new(network=network)

    assert wallet.address == address_of(public_key_of(read_wif(wallet.wif, [wallet.network])), wallet.network)
    assert verify_message(wallet.address, message="hello", signature=wallet.sign("hello"), networks=[wallet.network])


def test_a_wallet_is_known_by_its_seed():
    """The same one in every run, pinned, and another for each seed."""
    assert Wallet.new("alice") == Wallet.new() != Wallet.new("bob")
    assert Wallet.new("alice").address == "EarZZ7fojdC3iZHrmoVNGodJCivEo2jYPG"


def test_a_wallet_does_not_show_its_key():
    """Test reports are logs too."""
    wallet = Wallet.new()

    assert repr(wallet) == f"Wallet(address='{wallet.address}')"


def test_an_unknown_network_lists_the_known():
    """As everywhere."""
    with pytest.raises(InvalidParameterError, match=r"nowhere.*evrmore, evrmore-testnet"):
        Wallet.new(network="nowhere")


def test_a_recorder_notes_events_in_order(auth, alice):
    """With their parameters; it can forget them."""
    hooks = HookRecorder(auth)
    auth.generate_challenge(alice.address, 5)

    assert hooks.names == ["pre_challenge", "post_challenge"]
    assert hooks.events[0] == ("pre_challenge", {"evrmore_address": alice.address, "expire_minutes": 5})
    assert (hooks.events[0].event, hooks.events[0].parameters) == hooks.events[0]
    assert hooks.of("post_auth") == []
    hooks.clear()
    assert (hooks.events, hooks.names, hooks.of("pre_challenge")) == ([], [], [])


def test_a_recorder_changes_nothing_and_sees_its_place(auth, alice):
    """Hooks added before it have done their changes; those after have not."""
    auth.add_hook("pre_challenge", lambda: {"expire_minutes": 1})
    hooks = HookRecorder(auth)
    auth.add_hook("pre_challenge", lambda: {"expire_minutes": 2})
    record = auth.get_challenge_details(auth.generate_challenge(alice.address))

    assert hooks.of("pre_challenge") == [{"evrmore_address": alice.address, "expire_minutes": 1}]
    assert record.expires_at - record.created_at == timedelta(minutes=2)


def test_a_recorder_refuses_a_typo(auth):
    """Silence would pass for a fact."""
    with pytest.raises(UnknownHookError, match=r"post_atuh.*post_auth"):
        HookRecorder(auth).of("post_atuh")


def test_nothing_but_the_fixtures_needs_pytest():
    """An application may use the clock or the wallet where pytest is not installed."""
    code = "import sys; sys.modules['pytest'] = None; import gatewright.testing as t; t.Wallet.new().sign('hello')"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")
