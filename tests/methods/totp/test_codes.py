"""The codes of RFC 4226 and RFC 6238, and when each of them is right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gatewright.methods.totp.codes import code_at, time_step_at, time_steps_of

SECRET = b"12345678901234567890"

RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
"""Appendix D: the codes of the counters from 0."""

RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""Appendix B, of SHA-1: seconds since 1970, and eight digits, of which an app shows the last six."""


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def test_codes_are_those_of_rfc_4226():
    assert [code_at(SECRET, counter) for counter in range(10)] == RFC_4226


@pytest.mark.parametrize(("seconds", "digits"), RFC_6238.items())
def test_codes_are_those_of_rfc_6238(seconds, digits):
    """Seconds since 1970, beyond 32 bits too."""
    step = time_step_at(at(seconds))
    assert code_at(SECRET, step) == digits[2:]
    assert time_steps_of(digits[2:], secret=SECRET, now=at(seconds)) == [step]


@pytest.mark.parametrize(
    ("seconds", "is_right"),
    [(269, False), (269.999999, False), (270, True), (299.999999, True), (300, True), (359.999999, True), (360, False)],
)
def test_a_code_is_right_one_step_earlier_and_later(seconds, is_right):
    """The code of the step from 300 to 330 is right from 270 until just before 360."""
    assert time_steps_of(code_at(SECRET, 10), secret=SECRET, now=at(seconds)) == ([10] if is_right else [])


@pytest.mark.parametrize("seconds", [0, 29, -1, -31, -10_000])
def test_a_clock_before_the_epoch_is_no_error(seconds):
    """Time steps begin in 1970."""
    assert time_steps_of("123456", secret=SECRET, now=at(seconds)) == []
