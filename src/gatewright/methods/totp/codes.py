"""Time-based one-time passwords (RFC 6238): 6 digits, HMAC-SHA-1, every 30 seconds, which every app supports."""

from __future__ import annotations

import hmac
from datetime import datetime

SECRET_SIZE = 20
"""Bytes: 160 bits are recommended (RFC 4226, section 4, R6)."""

_PERIOD = 30
_DIGITS = 6
_DRIFT = 1
"""How many time steps a clock may be off in either direction (RFC 6238, section 5.2)."""


def code_at(secret: bytes, time_step: int) -> str:
    """Return the code of a time step (RFC 4226, section 5.3, with the counter of RFC 6238, section 4.2)."""
    digest = hmac.digest(secret, time_step.to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def time_step_at(now: datetime) -> int:
    """Return the number of the time step that contains a moment."""
    return int(now.timestamp() // _PERIOD)


def time_steps_of(code: str, *, secret: bytes, now: datetime) -> list[int]:
    """Return the time steps within the tolerance whose code is this one, in constant time.

    Args:
        code: Six ASCII digits.
        secret: The shared secret.
        now: The current time, aware.
    """
    present = time_step_at(now)
    near = range(max(0, present - _DRIFT), present + _DRIFT + 1)
    are_right = [(hmac.compare_digest(code_at(secret, each), code), each) for each in near]
    return [each for is_right, each in are_right if is_right]
