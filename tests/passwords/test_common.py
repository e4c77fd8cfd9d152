"""The list of common passwords, and what is too close to it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gatewright.passwords.common import common_passwords, is_common


def test_the_list_is_long_enough():
    """OWASP ASVS 5.0, 6.2.4: at least the 3000 most common ones that are as long as a password must be."""
    assert sum(len(password) >= 8 for password in common_passwords()) >= 3000


def test_the_list_can_be_compared_with():
    """Passwords are casefolded before they are looked up, and what is shorter than four characters is no entry."""
    assert all(password == password.casefold() and len(password) >= 4 for password in common_passwords())


def test_every_entry_is_common():
    """As it stands, in capitals, twice, and with a year behind it where it is a word."""
    sample = sorted(common_passwords())[::100]
    words = [entry for entry in sample if entry.isalpha()]

    assert (len(sample), len(words) > 150) == (300, True)
    assert all(is_common(entry) and is_common(entry.upper()) and is_common(entry * 2) for entry in sample)
    assert all(is_common(f"{word}2024!") for word in words)


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "1qaz2wsx3edc4rfv",
        "password1234567",
        "PASSWORD!!!!!!!!!",
        "...password...",
        " 2024 Password 2024 ",
        "monkey9876543210",
        "123456789012345",
        "12345678901234567890",
        "passwordpassword",
        "passwordpasswo",
        "deadhead",
        "password1password1",
        "Password1Password1!",
        "qwertyuiopasdfghjkl",
        "iloveyouprincess",
        "aaaaaaaaaaaaaaaaaaaa",
        "AaAaAaAaAaAaAaAa",
        "ЖжЖжЖжЖжЖжЖжЖжЖж",
        "123123123123123",
        "12121212121212121",
        "xk7xk7xk7xk7xk7x",
        "0000000000000000000",
        "                    ",
        "!!!!!!!!!!!!!!!!!!!!",
    ],
)
def test_a_common_password_is_common_however_it_is_stretched(password):
    """Decorated, repeated, joined with another one, or three characters over and over."""
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "password for the wifi at home",
        "294857103948571",
        "3141592653589793",
        "xkqzvbwtrmplhgd",
        "yellow-tractor-sings-9",
        "пароль от зимней дачи",
        "🦊 jumps over 🐶 daily",
        "pass word pass word",
        "a" * 4095 + "b",
        "x294857103948571",
    ],
    ids=lambda password: password[:30],
)
def test_other_passwords_are_not_common(password):
    """Passphrases hold common words, and digits alone may be good."""
    assert not is_common(password)


def test_the_list_is_loaded_only_when_it_is_asked_for():
    """Who only verifies passwords does not pay for it."""
    program = "import sys, gatewright.passwords as p; p.PasswordPolicy(); sys.exit('zxcvbn' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
