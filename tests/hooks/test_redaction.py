"""What a failing hook may not carry into the log: secrets in any build, and lines of its own."""

from __future__ import annotations

import json
import logging
from html import escape
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.hooks.redaction import redacted_traceback


def raise_plain(secret):
    raise ValueError(secret)


def raise_with_a_cause(secret):
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError("the lookup failed") from error


def raise_in_an_except_block(secret):
    try:
        raise KeyError(secret)
    except KeyError:
        raise ValueError("the lookup failed")  # noqa: B904 - the implicit context is the test


def raise_with_a_note(secret):
    error = ValueError("the lookup failed")
    error.add_note(f"while looking for {secret}")
    raise error


def raise_a_group(secret):
    raise ExceptionGroup("two failures", [ValueError(secret), ExceptionGroup("inner", [KeyError(secret)])])


class OwnError(Exception):
    def __init__(self, secret):
        super().__init__({"request": [secret]})

    def __str__(self):
        return f"{self.args[0]['request'][0]}!"


def raise_an_own_error(secret):
    raise OwnError(secret)


def raise_an_error_of_its_own_module(secret):
    raise type(secret, (Exception,), {})


RAISE = [
    raise_plain,
    raise_with_a_cause,
    raise_in_an_except_block,
    raise_with_a_note,
    raise_a_group,
    raise_an_own_error,
    raise_an_error_of_its_own_module,
]
SPELL = {
    "plain": str,
    "repr": repr,
    "nested": lambda secret: [{"value": secret}],
    "json": json.dumps,
    "url": quote,
    "whole-url": lambda secret: quote(secret, safe=""),
    "plus": quote_plus,
    "query": lambda secret: f"https://crm.example/?{urlencode({'q': secret})}",
    "html": escape,
    "doubled": lambda secret: secret * 2,
    "bytes": lambda secret: secret.encode(),
    "broken-off": lambda secret: f"first line\n{secret}\nlast line",
}
POINTS_WITH_SECRETS = [
    ("post_challenge", "challenge"),
    ("post_challenge", "challenge_record"),
    ("pre_auth", "challenge"),
    ("pre_auth", "signature"),
    ("post_auth", "session"),
    ("pre_verify", "message"),
    ("pre_verify", "signature"),
    ("post_verify", "message"),
    ("post_verify", "signature"),
    ("pre_token_validate", "token"),
    ("post_token_validate", "token"),
    ("pre_token_invalidate", "token"),
    ("post_token_invalidate", "token"),
]


def secret_of(value):
    return getattr(value, "token", None) or getattr(value, "challenge_text", None) or value


@pytest.mark.parametrize("spell", SPELL.values(), ids=SPELL)
@pytest.mark.parametrize("fail", RAISE)
def test_no_secret_of_a_call_reaches_the_log(gatewright_auth, alice, sign_in, fail, spell, caplog):
    """At every point that is given a secret, however the exception carries and spells it."""
    caplog.set_level(logging.DEBUG)
    auth, canaries = gatewright_auth, set()

    def watch(event, name):
        def hook(**parameters):
            canary = secret_of(parameters[name])
            canaries.add(canary)
            fail(spell(canary) if fail is not raise_an_error_of_its_own_module else canary)

        auth.add_hook(event, hook)

    for event, name in POINTS_WITH_SECRETS:
        watch(event, name)
    session = sign_in(auth, alice)
    auth.validate_token(session.token)
    auth.invalidate_token(session.token)

    assert session.token in canaries
    assert len(canaries) == 3
    assert caplog.text.count("failed; the operation continues") == len(POINTS_WITH_SECRETS)
    assert "[redacted]" in caplog.text
    assert [canary for canary in canaries if readable(canary, caplog.text)] == []


def readable(secret, text):
    """Whether the secret or its telling part, the nonce or the raw signature, can be read in any usual spelling."""
    core = secret.split("Nonce: ")[-1][:32] if "Nonce: " in secret else secret
    return any(spelling in text for spelling in (core, quote(core), quote(core, safe=""), escape(core)))


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_visitors_value_cannot_fake_a_line_of_the_log(auth, break_, caplog):
    """Every line of the traceback is indented, whatever the visitor takes for a line break."""

    @auth.hooks.pre_challenge
    def fails(evrmore_address):
        raise ValueError(f"odd address: {evrmore_address}")

    with pytest.raises(ValueError, match="address"):
        auth.generate_challenge(f"x{break_}INFO root: mallory is root")

    lines = next(r for r in caplog.records if r.name == "gatewright.hooks").getMessage().splitlines()
    assert [line for line in lines if "mallory is root" in line]
    assert [line for line in lines[1:] if line and not line.startswith("    ")] == []


characters = st.text("abAB%+'\"\\\n\u2028éß\0")


@given(secret=characters.filter(lambda text: len(text) >= 8), before=characters, after=characters)
def test_any_text_of_eight_characters_is_redacted(secret, before, after):
    """Whatever stands before and after it; line breaks in it included."""
    text = redacted_traceback(ValueError(f"{before}{secret}{after}"), secrets=[secret])

    assert secret not in text
    assert "[redacted]" in text


@pytest.mark.parametrize(
    "secret", ["first line\nsecond line", 'it\'s "quoted" here', "back\\slash\tand tab", "nul\0and \x1b[31m"]
)
@pytest.mark.parametrize("spell", [repr, lambda secret: [secret], lambda secret: KeyError(secret)])
def test_what_repr_escapes_is_redacted_too(secret, spell):
    """A message to sign may hold line breaks and quotes, which look otherwise in an exception's text."""
    text = redacted_traceback(ValueError(spell(secret)), secrets=[secret])

    assert "[redacted]" in text
    assert [word for word in ("second", "quoted", "slash", "31m") if word in text] == []


def test_short_values_are_left_alone():
    """An empty or tiny value is no secret, and replacing it would eat the text."""
    text = redacted_traceback(ValueError("an error in the hook"), secrets=["", "e", "error", None, 3, b"an error"])

    assert text == "    ValueError: an error in the hook\n"


def test_the_longest_spelling_goes_first():
    """A secret that begins like another leaves no tail behind."""
    text = redacted_traceback(ValueError("secret-of-alice"), secrets=["secret-o", "secret-of-alice"])

    assert text == "    ValueError: [redacted]\n"
