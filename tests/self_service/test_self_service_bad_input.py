"""Nonsense in, a clear error out, and never a row."""

from __future__ import annotations

import pytest

from gatewright.errors import GatewrightError, InvalidParameterError
from visitors import ODD_VALUES

PASSWORD = "quiet lamp under seven hills"
ACTS = {
    "email": lambda auth, odd: auth.sign_up(odd, password=PASSWORD),
    "password": lambda auth, odd: auth.sign_up("new@example.com", password=odd),
    "username": lambda auth, odd: auth.sign_up("new@example.com", password=PASSWORD, username=odd),
    "profile": lambda auth, odd: auth.sign_up("new@example.com", password=PASSWORD, profile=odd),
    "ip_address": lambda auth, odd: auth.sign_up("new@example.com", password=PASSWORD, ip_address=odd),
    "language": lambda auth, odd: auth.sign_up("new@example.com", password=PASSWORD, language=odd),
    "base_url": lambda auth, odd: auth.sign_up("new@example.com", password=PASSWORD, base_url=odd),
    "next_path": lambda auth, odd: auth.sign_up("new@example.com", password=PASSWORD, next_path=odd),
    "verify whom": lambda auth, odd: auth.request_email_verification(odd),
    "reset whose": lambda auth, odd: auth.request_password_reset(odd),
    "verify by": lambda auth, odd: auth.verify_email(odd),
    "reset by": lambda auth, odd: auth.reset_password(odd, PASSWORD),
    "profile whose": lambda auth, odd: auth.set_profile(odd, {}),
    "purpose": lambda auth, odd: auth.is_link_valid("x", purpose=odd),
}
NONE_WILL_DO = {"username", "profile", "ip_address", "language", "base_url", "next_path"}


@pytest.mark.parametrize("name", ACTS)
def test_odd_values_are_refused(auth, snapshot, name):
    """Each by an error of ours, and nothing is written but a line of the record."""
    fine = {"None"} if name in NONE_WILL_DO else set()
    fine |= {"a mapping"} if name == "profile" else set()
    before = snapshot(but=["audit"])
    for kind, odd in ODD_VALUES.items():
        if kind not in fine:
            with pytest.raises(GatewrightError):
                ACTS[name](auth, odd)
    assert snapshot(but=["audit"]) == before


URLS = [
    "example.com",
    "//example.com",
    "ftp://example.com",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://example.com?x=1",
    "https://example.com#x",
    "https://example.com/a b",
    "https://example.com\n.evil.example",
    "https://ex\u00e4mple.com",
    "https://example.com/" + "x" * 300,
]


@pytest.mark.parametrize("base_url", URLS)
def test_a_site_is_a_plain_url(auth, count, base_url):
    """What a link begins with can smuggle nothing in."""
    for act in (auth.request_password_reset, auth.request_email_verification):
        with pytest.raises(InvalidParameterError):
            act("carol@example.com", base_url=base_url)
    assert count("attempts") == 0


@pytest.mark.parametrize("language", ["EN", "english", "e", "en_US", "en-", "../en", "en\n"])
def test_a_language_is_a_code(auth, count, language):
    """It chooses a folder of templates, so it is nothing else."""
    with pytest.raises(InvalidParameterError):
        auth.request_password_reset("carol@example.com", language=language)
    assert count("attempts") == 0
