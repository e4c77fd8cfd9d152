"""Whether a flag in another system's records is set."""

from __future__ import annotations

from datetime import date
from typing import Any

_WORDS = {"1", "t", "true", "y", "yes"}


def is_flag_set(value: Any) -> bool:
    """Return whether a stored flag is set. Anything ambiguous counts as not set, which keeps the account out.

    Args:
        value: These count as set: True, the number or bit 1, the words ``1``, ``t``, ``true``, ``y`` and ``yes`` in
            any case, and a timestamp, as in columns that record since when.
    """
    if isinstance(value, str):
        return value.strip().lower() in _WORDS
    if isinstance(value, bytes):
        return value.strip(b"\0") in {b"\1", b"1"}
    return isinstance(value, date) or bool(value == 1)
