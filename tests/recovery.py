"""What the tests of hooks and audit lines do with a method that users enrol."""

from __future__ import annotations


def enrol_use_and_remove(guard):
    """Have whoever is signed in get recovery codes, prove themselves by one, and remove the next."""
    codes = guard.enrol("recovery_codes")["codes"]
    guard.prove("recovery_codes", {"code": codes[0]}, is_confirmation=True)
    guard.remove_authenticator(guard.authenticators()[0].id)
