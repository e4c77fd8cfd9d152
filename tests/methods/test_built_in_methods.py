"""The methods that come with the package."""

from __future__ import annotations

from gatewright.methods import built_in_methods


def test_the_methods_that_come_with_the_package():
    """Where all of their libraries are installed, in the order in which they are listed."""
    names = [method.name for method in built_in_methods()]
    assert names == ["passkey", "password", "wallet", "totp", "recovery_codes", "email_code"]
