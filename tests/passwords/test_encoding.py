"""The cap on passwords, and what is no password at all."""

from __future__ import annotations

import pytest

from gatewright.errors import InvalidParameterError, WeakPasswordError
from gatewright.passwords import MAXIMUM_PASSWORD_BYTES
from gatewright.passwords.encoding import encode_password


@pytest.mark.parametrize("password", ["", " ", "a b", "é", "e\u0301", "ﬁ", "a\0b", "🔑" * 1024, "a" * 4096])
def test_a_password_is_taken_exactly_as_it_was_given(password):
    """Nothing is normalised, stripped or cut, up to the cap."""
    assert encode_password(password).decode() == password


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
