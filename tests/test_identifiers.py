from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from types import SimpleNamespace
from uuid import UUID  # noqa: TID251 - to write them, not to make any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright import MemoryUserProvider, User
from gatewright.errors import ConfigurationError
from gatewright.identifiers import id_text
from gatewright.providers import UserProvider
from visitors import *  # noqa: F403 - fixtures are found by their presence
from visitors import Visitor

SOME = UUID("0f3b8c1e-7a50-4d7e-9a2b-1c2d3e4f5a6b")


class Number(IntEnum):
    NOBODY = 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1, "-1"),
        (2**70, str(2**70)),
        (Number.NOBODY, "0"),
        (Decimal(7), "7"),
        ("0", "0"),
        (" ", " "),
        (SOME, str(SOME)),
        (SOME.bytes, str(SOME)),
        (bytearray(SOME.bytes), str(SOME)),
        (memoryview(SOME.bytes), str(SOME)),
        (b"\0", "00"),
        (b"\xff\xfe", "fffe"),
        (b"alice", "616c696365"),
        (None, None),
        (False, None),
        (True, None),
        ("", None),
        (b"", None),
    ],
)
def test_an_identifier_is_text(value, text):
    """A number, a UUID and bytes each have one text; what is no identifier has none."""
    assert id_text(value) == text


@given(one=st.binary(min_size=1, max_size=20), other=st.binary(min_size=1, max_size=20))
def test_no_two_identifiers_of_bytes_have_one_text(one, other):
    """Whatever they are made of."""
    assert (one == other) == (id_text(one) == id_text(other))


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (SOME, str(SOME)), (SOME.bytes, str(SOME)), (None, "anna")])
@pytest.mark.parametrize("shape", [dict, SimpleNamespace])
def test_a_user_has_its_entitys_identifier(shape, value, text):
    """Of a mapping or an object; the username only where there is none."""
    assert User(shape(id=value, username="anna")).id == text


@pytest.mark.parametrize("value", [0, SOME, SOME.bytes, b"\xff"])
def test_sessions_are_kept_under_the_identifier(make_auth, value):
    """They are found again, listed and ended by the text, and by the very value that the application has."""
    auth = make_auth(providers=[MemoryUserProvider([{"email": "anna", "id": value}])])
    visitor, kept = Visitor(auth), {"provider": "MemoryUserProvider"}
    visitor.request().store(auth.bypass("anna", "MemoryUserProvider"))

    assert visitor.request().user().id == id_text(value)
    assert [session.user_id for session in auth.list_sessions(id_text(value), **kept)] == [id_text(value)]
    assert len(auth.list_sessions(value, **kept)) == 1
    assert auth.invalidate_all_tokens(value, **kept) == 1
    assert visitor.request().user() is None


def test_a_name_that_is_given_to_somebody_else_opens_nothing(make_auth):
    """Not even where the first one's number was 0."""
    auth = make_auth(providers=[MemoryUserProvider([{"email": "anna", "id": 0}])])
    visitor = Visitor(auth)
    visitor.request().store(auth.bypass("anna", "MemoryUserProvider"))
    visitor.auth = make_auth(providers=[MemoryUserProvider([{"email": "anna", "id": 1}])])

    assert visitor.request().user() is None


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (7, "7"), (SOME, str(SOME)), ("", "mail"), (None, "mail"), (False, "mail")]
)
@pytest.mark.parametrize("shape", [dict, SimpleNamespace])
def test_a_name_is_text_too(shape, value, text):
    """The number 0 is one; the next name counts only where there is none."""
    assert User(shape(username=value, email="mail")).username == text


@pytest.mark.parametrize("value", ["\ud800", "a\0b", "x" * 256, 10**255])
@pytest.mark.parametrize("field", ["id", "username"])
def test_what_cannot_be_stored_is_refused(make_auth, value, field):
    """As the provider's mistake, before a database is asked."""

    class OddProvider(UserProvider):
        def load_user_by_username(self, username, password=None):
            return User({"username": "anna", field: value})

    with pytest.raises(ConfigurationError, match=field):
        make_auth(providers=[OddProvider()]).bypass("anna", "OddProvider")


@pytest.mark.parametrize("value", [0, None, b"x", "", "x" * 256])
def test_a_user_class_that_gives_no_text_is_refused(make_auth, value):
    """The error says how to give one, before a session is made that nobody could find again."""

    class Odd(User):
        @property
        def id(self):
            return value

    class OddProvider(UserProvider):
        def load_user_by_username(self, username, password=None):
            return Odd({"username": username})

    auth = make_auth(providers=[OddProvider()])

    with pytest.raises(ConfigurationError, match="id_text"):
        auth.bypass("anna", "OddProvider")
