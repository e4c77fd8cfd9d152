"""An email address is no password."""

from __future__ import annotations

import pytest

from gatewright.errors import WeakPasswordError
from gatewright.passwords import PasswordPolicy


@pytest.mark.parametrize("password", ["ben@example.com", "my ben@example.com!", "BEN@EXAMPLE.COM"])
def test_the_whole_address_is_refused_however_short_its_parts_are(password):
    """Who knows the address tries it first."""
    with pytest.raises(WeakPasswordError) as caught:
        PasswordPolicy(minimum_length=15).check(password, personal=["ben@example.com"])
    assert caught.value.evidence["reason"] == "context"


def test_the_words_of_its_domain_are_nobodys_name():
    """Half the world has an address at the same provider."""
    PasswordPolicy(minimum_length=15).check("for example a gmail tomato", personal=["ben@example.gmail"])
