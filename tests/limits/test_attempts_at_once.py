"""A burst is no way around a limit: attempts are counted before their passwords are verified."""

from __future__ import annotations

from collections import Counter

import pytest

from gatewright.errors import GatewrightError
from visitors import OURS, PASSWORD

HERE = "192.0.2.1"


@pytest.fixture
def burst(at_once):
    """Try passwords all at the same moment, and count the codes of what came of them."""

    def burst(auth, passwords, username="carol"):
        calls = [
            lambda auth, password=password: auth.attempt(username, password, OURS, ip_address=HERE)
            for password in passwords
        ]
        outcomes = at_once(auth, calls)
        return Counter(outcome.code if isinstance(outcome, GatewrightError) else "proven" for outcome in outcomes)

    return burst


@pytest.mark.parametrize("username", ["carol", "nobody"])
def test_of_a_hundred_at_once_four_are_verified(auth, carol, burst, username):
    """The other 96 are refused before anybody looks at their password."""
    assert burst(auth, ["wrong"] * 100, username) == {"user_not_found": 4, "login_attempt_blocked": 96}


def test_the_right_password_in_a_burst_is_no_exception(auth, carol, burst):
    """Of a hundred different passwords, the right one among them, at most four are looked at."""
    passwords = [f"guess number {number}" for number in range(99)]
    outcomes = burst(auth, [*passwords[:50], PASSWORD, *passwords[50:]])
    assert outcomes["login_attempt_blocked"] >= 95
    assert outcomes["proven"] + outcomes["user_not_found"] <= 5


def test_an_owner_with_many_tabs_is_let_in(auth, carol, burst):
    """Four at once may all be right, and none of them counts afterwards."""
    for _ in range(3):
        assert burst(auth, [PASSWORD] * 4) == {"proven": 4}
