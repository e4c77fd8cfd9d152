"""Which passwords may be chosen."""

from __future__ import annotations

import pytest

from gatewright.errors import ConfigurationError, InvalidParameterError, WeakPasswordError
from gatewright.passwords import PasswordPolicy
from gatewright.passwords.common import common_passwords

CONTEXT = ("Acme Rockets", "shop.example.com", "my")
PERSONAL = ("Alice", "alice.brown@mail.test", "Jo Li")


def refusal(policy, password, **given):
    with pytest.raises(WeakPasswordError) as caught:
        policy.check(password, **given)
    return caught.value


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "yellow tractors sing",
        "onlylowercaselettershere",
        "ONLYCAPITALLETTERSHERE",
        "294857103948571",
        "!?%&/()=#*+~;:_-<>|",
        "пароль от зимней дачи",
        "🦊🐶🐱🐭🐹🐰🐻🐼🐨🐯🦁🐮🐷🐸🐵",
        "🦊 jumps over 🐶 ".ljust(64, "x"),
        "tractor " * 16,
        "b" + "a" * 4095,
        "tab\tnewline\nnul\0 and so on",
    ],
    ids=lambda password: repr(password[:30]),
)
def test_any_long_password_may_be_chosen(password):
    """No rules of composition: letters, digits, signs, spaces or emoji alone will do."""
    assert PasswordPolicy(context_words=CONTEXT).check(password, personal=PERSONAL) is None


@pytest.mark.parametrize("password", ["", "tractor", "yellow tractor", "🦊" * 14, "yellow-tracto\u0301"])
def test_a_short_password_is_refused(password):
    """Fifteen code points are the least, however many bytes they take."""
    error = refusal(PasswordPolicy(), password)

    assert error.evidence == {"reason": "too_short", "minimum": 15}
    assert "at least 15 characters" in error.public_message


def test_the_minimum_can_be_eight_to_sixty_four():
    """NIST allows 8 beside a second factor, and asks to take 64."""
    PasswordPolicy(minimum_length=8).check("tractorz")
    PasswordPolicy(minimum_length=64).check("yellow-tractors " * 4)

    assert refusal(PasswordPolicy(minimum_length=8), "tractrz").evidence["minimum"] == 8
    assert refusal(PasswordPolicy(minimum_length=64), "yellow-tractors " * 3).evidence["minimum"] == 64


@pytest.mark.parametrize("minimum", [-1, 0, 7, 65, 5000])
def test_another_minimum_is_refused(minimum):
    """Nobody sets up a policy that is none."""
    with pytest.raises(ConfigurationError, match="between 8 and 64"):
        PasswordPolicy(minimum_length=minimum)


def test_a_password_over_the_cap_is_refused():
    """The policy never lets through what cannot be hashed."""
    error = refusal(PasswordPolicy(), "yellow tractors sing" * 250)

    assert error.evidence["reason"] == "too_long"
    assert "at most 4096 bytes" in error.public_message


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaaaaaaaaaa", "Password1234567", "123456789987654321", "qwertyuiop12345"]
)
def test_a_common_password_is_refused(password):
    """Its length does not save it."""
    error = refusal(PasswordPolicy(), password)

    assert error.evidence == {"reason": "common"}
    assert "too common" in error.public_message


def test_the_common_passwords_are_refused():
    """OWASP ASVS 5.0, 6.2.4, on every long entry of the list."""
    policy = PasswordPolicy(minimum_length=8)
    entries = [entry for entry in common_passwords() if len(entry) >= 8]

    assert len(entries) >= 3000
    assert {"common"} == {refusal(policy, entry).evidence["reason"] for entry in entries}


@pytest.mark.parametrize(
    "password",
    [
        "acme rockets",
        "i work at ACME now",
        "my favourite rockets",
        "bestshopintown-99",
        "shop.example.com",
        "an exampleof something",
        "alice in the woods",
        "brownies taste good",
        "alice.brown forever",
        "we are jo li and co",
    ],
)
def test_a_password_with_a_name_in_it_is_refused(password):
    """The site's, the product's, the user's own, the email address's; in any case, as a part of a word too."""
    error = refusal(PasswordPolicy(minimum_length=8, context_words=CONTEXT), password, personal=PERSONAL)

    assert error.evidence == {"reason": "context"}
    assert "your own name" in error.public_message


@pytest.mark.parametrize("password", ["my yellow tractors", "a mail.test of tractors", "joking little lions"])
def test_short_words_and_mail_domains_do_not_count(password):
    """Words of less than four characters are everywhere, and so is the mail provider's name."""
    PasswordPolicy(context_words=CONTEXT).check(password, personal=PERSONAL)

    assert refusal(PasswordPolicy(), password, personal=[password]).evidence["reason"] == "context"


def test_names_without_words_refuse_nothing():
    """Empty texts are no words that every password contains."""
    PasswordPolicy(context_words=["", " ", "@", "---"]).check("yellow tractors sing", personal=["", "@mail.test"])

    assert refusal(PasswordPolicy(context_words=["----"]), "yellow ---- tractors").evidence["reason"] == "context"


def test_a_single_text_is_not_a_list_of_words():
    """Its letters would be too short to count, and nothing would be refused."""
    with pytest.raises(InvalidParameterError, match="list of texts"):
        PasswordPolicy(context_words="gatewright")
    with pytest.raises(InvalidParameterError, match="list of texts"):
        PasswordPolicy().check("yellow tractors sing", personal="alice")


@pytest.mark.parametrize("password", [None, b"yellow tractors sing", 0, ["yellow"], "yellow tractors \ud800"])
def test_what_is_no_text_is_an_error(password):
    """It is the caller's mistake, not a weak password."""
    with pytest.raises(InvalidParameterError) as caught:
        PasswordPolicy().check(password)

    assert not isinstance(caught.value, WeakPasswordError)


def test_a_refusal_never_repeats_the_password():
    """Not in its message, not in its evidence."""
    policy = PasswordPolicy(context_words=["canary"])
    for password in ("canary", "canary tractors sing", "canary" * 4096):
        error = refusal(policy, password)

        assert "canary" not in f"{error} {error.public_message} {error.evidence}"
