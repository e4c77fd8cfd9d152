"""The session mapping in a sealed cookie."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError
from gatewright.tokens import KeyRing, Seal, key_from_secret
from gatewright.web.visit_cookie import VisitCookie

OLD, NEW = key_from_secret("an old secret of at least 32 bytes"), key_from_secret("a new secret of at least 32 bytes!")
SEAL = Seal(KeyRing(NEW).derive("visit"))


def cookie_of(**kept):
    cookie = VisitCookie(SEAL, None)
    cookie.update(kept)
    return cookie.value


def test_it_keeps_what_it_was_given():
    """Another process with the same key reads the same."""
    assert dict(VisitCookie(SEAL, cookie_of(a={"b": [1, "ü"]}))) == {"a": {"b": [1, "ü"]}}


def test_it_knows_whether_it_changed():
    """Reading changes nothing; setting and deleting do."""
    cookie = VisitCookie(SEAL, cookie_of(a=1))
    assert (cookie.get("a"), cookie.get("b"), cookie.is_changed) == (1, None, False)
    del cookie["a"]
    assert (cookie.value, cookie.is_changed) == ("", True)


def test_no_single_character_can_be_changed():
    """Every change of one character, and every cut, gives an empty visit and no error."""
    value = cookie_of(user="anna")
    for position, character in enumerate(value):
        other = "A" if character != "A" else "B"
        forged = value[:position] + other + value[position + 1 :]
        is_same = position == len(value) - 1 and dict(VisitCookie(SEAL, forged)) == {"user": "anna"}
        assert is_same or dict(VisitCookie(SEAL, forged)) == {}
        assert dict(VisitCookie(SEAL, value[:position])) == {}


@pytest.mark.parametrize("value", ["", "x", "=", "a.b", "ä", "\x00", "A" * 10_000, "e30", None])
def test_nonsense_is_an_empty_visit(value):
    """What is not ours counts as empty."""
    assert dict(VisitCookie(SEAL, value)) == {}


def test_keys_rotate():
    """A cookie of the previous key is read, and written with the current one."""
    before = VisitCookie(Seal(KeyRing(OLD).derive("visit")), None)
    before["a"] = 1
    both = Seal(KeyRing(NEW, previous=OLD).derive("visit"))
    after = VisitCookie(both, before.value)

    assert dict(after) == {"a": 1}
    assert dict(VisitCookie(SEAL, after.value)) == {"a": 1}
    assert dict(VisitCookie(SEAL, before.value)) == {}


def test_a_key_is_for_one_purpose():
    """What another purpose sealed is nothing here."""
    other = VisitCookie(Seal(KeyRing(NEW).derive("something else")), None)
    other["a"] = 1
    assert dict(VisitCookie(SEAL, other.value)) == {}


def test_it_never_grows_over_what_browsers_keep():
    """A value that is too large is refused with the cure, and what was kept stays."""
    cookie = VisitCookie(SEAL, cookie_of(a=1))
    with pytest.raises(InvalidParameterError, match="only their key"):
        cookie["b"] = "x" * 4000
    assert dict(cookie) == {"a": 1}
