"""The outcome of an operation, as one of a few words."""

from __future__ import annotations

from gatewright.errors import GatewrightError

OK = "ok"
UNEXPECTED = "unexpected_error"


def outcome_of(error: BaseException) -> str:
    """Return the code of one of our errors, and one word for all others: their texts and classes may be anything."""
    if isinstance(error, GatewrightError):
        return error.code
    return UNEXPECTED if isinstance(error, Exception) else "cancelled"
