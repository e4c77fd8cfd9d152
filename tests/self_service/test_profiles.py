"""Profiles: a few short texts, kept exactly, that mean nothing to gatewright."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError, UserNotFoundError


def test_a_profile_is_replaced(auth, carol):
    """Nothing at first; then what was set last, and nothing of what it had before."""
    assert auth.get_profile("carol") == {}
    auth.set_profile("carol", {"first name": "Carol", "city": "Zürich 漢字 🔑"})
    assert auth.get_profile("CAROL") == {"first name": "Carol", "city": "Zürich 漢字 🔑"}
    auth.set_profile("carol", {"city": ""}, actor="dave")
    assert auth.get_profile("carol") == {"city": ""}
    auth.set_profile("carol", {})
    assert auth.get_profile("carol") == {}


def test_a_profile_is_ones_own(auth, carol, register):
    """Nobody else's changes with it."""
    register(auth, "dave")
    auth.set_profile("carol", {"city": "Berne"})
    assert auth.get_profile("dave") == {}


def test_nobody_has_no_profile(auth):
    """An unknown name is an error."""
    with pytest.raises(UserNotFoundError):
        auth.get_profile("nobody")
    with pytest.raises(UserNotFoundError):
        auth.set_profile("nobody", {})


GOOD = [
    {f"field {number}": "x" * 255 for number in range(20)},
    {"x" * 64: ""},
    {"quotes \" ' ; --": "<script>alert(1)</script>", "é": "%s{0}"},
]
BAD = {
    "too many fields": {f"field {number}": "" for number in range(21)},
    "no name": {"": "x"},
    "a long name": {"x" * 65: ""},
    "a long value": {"x": "y" * 256},
    "a number": {"x": 5},
    "none": {"x": None},
    "bytes": {"x": b"y"},
    "a list": {"x": ["y"]},
    "a name that is not a string": {5: "x"},
    "a line break": {"x": "one\ntwo"},
    "a tab in a name": {"x\t": "y"},
    "a NUL": {"x": "\0"},
    "an escape": {"x": "\x1b[31m"},
    "a C1 control": {"x": "\x9b31m"},
    "half a character": {"x": "\ud800"},
    "no mapping": [("x", "y")],
    "a text": "x",
    "a count": 5,
}


@pytest.mark.parametrize("profile", GOOD, ids=range(len(GOOD)))
def test_what_is_a_profile_is_kept_exactly(auth, carol, profile):
    """Up to its limits."""
    auth.set_profile("carol", profile)
    assert auth.get_profile("carol") == profile


@pytest.mark.parametrize("profile", BAD.values(), ids=BAD)
def test_what_is_no_profile_is_refused(auth, carol, count, profile):
    """When it is set and at a sign-up, and the message does not repeat what was typed."""
    auth.set_profile("carol", {"city": "Berne"})
    with pytest.raises(InvalidParameterError) as refused:
        auth.set_profile("carol", profile)
    assert len(str(refused.value)) < 200
    with pytest.raises(InvalidParameterError):
        auth.sign_up("new@example.com", password="correct horse battery staple", profile=profile)
    assert auth.get_profile("carol") == {"city": "Berne"}
    assert count("users") == 1
