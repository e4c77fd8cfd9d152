from __future__ import annotations

import pytest

from gatewright.providers.possible_credentials import is_possible_password, is_possible_username


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", True),
        ("é" * 255, True),
        ("a" * 256, False),
        ("", False),
        ("a\0", False),
        ("\ud800", False),
        (None, False),
        (b"alice", False),
    ],
)
def test_a_username_is_text_that_can_be_stored(value, expected):
    """1 to 255 characters, without NUL and half surrogate pairs."""
    assert is_possible_username(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" ", True),
        ("x" * 4096, True),
        ("x" * 4097, False),
        ("é" * 2049, False),
        ("", False),
        ("\ud800", False),
        (None, False),
        (b"secret", False),
    ],
)
def test_a_password_is_text_that_is_not_empty(value, expected):
    """1 to 4096 bytes in UTF-8."""
    assert is_possible_password(value) is expected
