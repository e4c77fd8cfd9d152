"""The cap on passwords, and what is no password at all."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError, WeakPasswordError
from gatewright.passwords import MAXIMUM_PASSWORD_BYTES
from gatewright.passwords.encoding import encode_password, spellings_of


@pytest.mark.parametrize("password", ["", " ", "a b", "é", "ﬁ", "①", "a\0b", "🔑" * 1024, "a" * 4096])
def test_a_password_in_the_usual_form_is_taken_exactly_as_it_was_given(password):
    """Nothing is stripped or cut, up to the cap, and what only looks alike stays different."""
    assert encode_password(password).decode() == password
    assert spellings_of(password) == (password,)


@pytest.mark.parametrize(
    ("typed", "password"),
    [
        ("e\u0301", "é"),
        ("A\u030a", "Å"),
        ("\u212b", "Å"),
        ("\u1112\u1161\u11ab", "한"),
        ("q\u0323\u0307", "q\u0323\u0307"),
    ],
)
def test_however_a_keyboard_writes_it_a_password_is_one(typed, password):
    """Letters and their accents, Korean syllables, signs that are letters: the form NFC (NIST SP 800-63B-4)."""
    assert encode_password(typed).decode() == password
    assert spellings_of(typed) == tuple(dict.fromkeys((password, typed)))


@pytest.mark.parametrize("password", ["\u0958" * 2000])
def test_a_password_that_grows_when_it_is_normalised_keeps_to_the_cap(password):
    """Some characters are written as two in the form NFC."""
    with pytest.raises(WeakPasswordError):
        encode_password(password)


@pytest.mark.parametrize("password", ["a" * 4097, "é" * 2049, "🔑" * 1025, "a" * 10_000_000])
def test_a_password_over_the_cap_is_refused(password):
    """Bytes are counted, not characters."""
    with pytest.raises(WeakPasswordError) as caught:
        encode_password(password)

    assert caught.value.evidence == {"reason": "too_long", "maximum": MAXIMUM_PASSWORD_BYTES}


@pytest.mark.parametrize("password", [None, b"secret", 0, True, [], {}, ["a", "b"]])
def test_what_is_no_text_is_refused(password):
    """The error names the type, never the value."""
    with pytest.raises(InvalidParameterError, match=type(password).__name__):
        encode_password(password)


@pytest.mark.parametrize("password", ["canary\ud800", "\udfffcanary"])
def test_a_lone_surrogate_is_refused_without_a_trace_of_the_password(password):
    """The codec's error holds the password, so it is not chained."""
    with pytest.raises(InvalidParameterError) as caught:
        encode_password(password)

    assert caught.value.__suppress_context__
    assert "canary" not in str(caught.value)
