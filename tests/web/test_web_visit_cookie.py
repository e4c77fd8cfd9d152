"""The session mapping in a sealed cookie."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError
from gatewright.tokens import KeyRing, Seal, key_from_secret
from gatewright.web.visit_cookie import VisitCookie

OLD, NEW = key_from_secret("an old secret of at least 32 bytes"), key_from_secret("a new secret of at least 32 bytes!")
SEAL = Seal(KeyRing(NEW).derive("visit"))
ROOM = 4000


def cookie_of(**kept):
    cookie = VisitCookie(SEAL, None, room=ROOM)
    cookie.update(kept)
    return cookie.value


def test_it_keeps_what_it_was_given():
    """Another process with the same key reads the same."""
    assert dict(VisitCookie(SEAL, cookie_of(a={"b": [1, "ü"]}), room=ROOM)) == {"a": {"b": [1, "ü"]}}


def test_it_knows_whether_it_changed():
    """Reading changes nothing; setting and deleting do."""
    cookie = VisitCookie(SEAL, cookie_of(a=1), room=ROOM)
    assert (cookie.get("a"), cookie.get("b"), cookie.is_changed) == (1, None, False)
    del cookie["a"]
    assert (cookie.value, cookie.is_changed) == ("", True)


def test_no_single_character_can_be_changed():
    """Every change of one character, and every cut, gives an empty visit and no error."""
    value = cookie_of(user="anna")
    for position, character in enumerate(value):
        other = "A" if character != "A" else "B"
        forged = value[:position] + other + value[position + 1 :]
        is_same = position == len(value) - 1 and dict(VisitCookie(SEAL, forged, room=ROOM)) == {"user": "anna"}
        assert is_same or dict(VisitCookie(SEAL, forged, room=ROOM)) == {}
        assert dict(VisitCookie(SEAL, value[:position], room=ROOM)) == {}


@pytest.mark.parametrize("value", ["", "x", "=", "a.b", "ä", "\x00", "A" * 10_000, "e30", None])
def test_nonsense_is_an_empty_visit(value):
    """What is not ours counts as empty."""
    assert dict(VisitCookie(SEAL, value, room=ROOM)) == {}


def test_keys_rotate():
    """A cookie of the previous key is read, and written with the current one."""
    before = VisitCookie(Seal(KeyRing(OLD).derive("visit")), None, room=ROOM)
    before["a"] = 1
    both = Seal(KeyRing(NEW, previous=OLD).derive("visit"))
    after = VisitCookie(both, before.value, room=ROOM)

    assert dict(after) == {"a": 1}
    assert dict(VisitCookie(SEAL, after.value, room=ROOM)) == {"a": 1}
    assert dict(VisitCookie(SEAL, before.value, room=ROOM)) == {}


def test_a_key_is_for_one_purpose():
    """What another purpose sealed is nothing here."""
    other = VisitCookie(Seal(KeyRing(NEW).derive("something else")), None, room=ROOM)
    other["a"] = 1
    assert dict(VisitCookie(SEAL, other.value, room=ROOM)) == {}


def test_it_never_grows_over_what_browsers_keep():
    """A value that is too large is refused with the cure, and what was kept stays."""
    cookie = VisitCookie(SEAL, cookie_of(a=1), room=ROOM)
    with pytest.raises(InvalidParameterError, match="only their key"):
        cookie["b"] = "x" * 4000
    assert dict(cookie) == {"a": 1}


@pytest.mark.parametrize("letter", ["x", "ü", "漢", "😀", "\ud800", '"'])
def test_its_room_is_counted_in_bytes_of_what_is_sent(letter):
    """Whatever the letters, a value that is taken fits, and one that fits is taken."""
    largest = 0
    cookie = VisitCookie(SEAL, None, room=ROOM)
    for size in range(1, 3001):
        try:
            cookie["a"] = letter * size
        except InvalidParameterError:
            break
        largest = size
    assert 0 < largest < 3000
    assert ROOM - 20 <= len(cookie.value) <= ROOM
    assert dict(VisitCookie(SEAL, cookie.value, room=ROOM)) == {"a": letter * largest}


def test_what_was_typed_goes_first():
    """It is the least that a visitor would miss."""
    cookie = VisitCookie(SEAL, cookie_of(typed="x" * 2000, a=1), room=ROOM)
    cookie["b"] = "y" * 2000
    assert set(cookie) == {"a", "b"}
    cookie["typed"] = "z" * 2000
    assert set(cookie) == {"a", "b"}


def test_a_cookie_of_another_limit_may_shrink_and_stay():
    """A limit that was lowered makes no page fail that keeps no more than before."""
    cookie = VisitCookie(SEAL, cookie_of(a="x" * 1000, b=11), room=500)
    cookie["b"] = 12
    cookie["a"] = "x" * 900
    with pytest.raises(InvalidParameterError, match="only their key"):
        cookie["b"] = 1000
    assert dict(cookie) == {"a": "x" * 900, "b": 12}


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"x", {(1, 2): 3}, 10**5000], ids=lambda value: type(value).__name__
)
def test_what_json_cannot_write_is_refused_at_once(value):
    """And what was kept stays."""
    cookie = VisitCookie(SEAL, cookie_of(a=1), room=ROOM)
    with pytest.raises(InvalidParameterError, match="JSON"):
        cookie["b"] = value
    assert dict(cookie) == {"a": 1}


def test_what_is_too_deep_to_read_is_an_empty_visit():
    """Better a guest than an error on every page."""
    sealed = SEAL.seal(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert dict(VisitCookie(SEAL, sealed, room=ROOM)) == {}
