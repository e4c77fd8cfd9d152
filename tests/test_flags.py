"""Flags of other systems' records: what says yes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from gatewright import User
from gatewright.flags import is_flag_set


@pytest.mark.parametrize(
    "value",
    [
        *(True, 1, 1.0, Decimal(1), "1", "true", "TRUE", " yes ", "t", "Y", b"\x01", b"\0\x01", b"1"),
        *(date(2024, 5, 1), datetime(2024, 5, 1, tzinfo=UTC)),
    ],
)
def test_what_says_yes_is_set(value):
    """Booleans, ones, words, bits and moments say yes."""
    assert is_flag_set(value) is True


@pytest.mark.parametrize(
    "value", [None, False, 0, 2, -1, "", "0", "false", "no", "inactive", "2", "on hold", b"", b"\0", b"0", [], object()]
)
def test_what_does_not_clearly_say_yes_is_not_set(value):
    """Anything else leaves the account out, words like ``false`` and unknown codes above all."""
    assert is_flag_set(value) is False


@pytest.mark.parametrize(("value", "is_set"), [("0", False), ("false", False), (b"\0", False), ("1", True), (2, True)])
def test_the_flags_of_an_entity_are_read_where_they_are_text(value, is_set):
    """Anything else is as true as Python says: it may be an object of the application's own."""
    assert User({"username": "anna", "active": value}).is_active is is_set
    assert User({"username": "anna", "is_verified": value}).is_verified is is_set
