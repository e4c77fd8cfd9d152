"""Verifying a signature on its own: an answer, never an exception, and the verify hooks fire."""

from __future__ import annotations

import pytest

from gatewright import Denied


def test_the_right_key_over_the_right_text_is_true(auth, alice, bob):
    """And nothing else is."""
    signature = alice.sign("hello")

    assert auth.verify_signature(alice.address, "hello", signature) is True
    assert auth.verify_signature(bob.address, "hello", signature) is False
    assert auth.verify_signature(alice.address, "hello ", signature) is False
    assert auth.verify_signature(alice.address, "hello", bob.sign("hello")) is False


def test_texts_beyond_ascii_are_measured_in_bytes(auth, alice):
    """As the node and every wallet measure them."""
    assert auth.verify_signature(alice.address, "Grüße ✍ 𝄞", alice.sign("Grüße ✍ 𝄞")) is True


def test_it_stores_nothing(auth, alice, count):
    """It is a question, not a sign-in."""
    auth.verify_signature(alice.address, "hello", alice.sign("hello"))

    assert (count("users"), count("sessions"), count("challenges")) == (0, 0, 0)


def test_the_hooks_see_the_question_and_the_answer(auth, alice, hooks):
    """For right and wrong signatures alike."""
    right, wrong = alice.sign("hello"), alice.sign("bye")
    for signature in (right, wrong):
        auth.verify_signature(alice.address, "hello", signature)

    asked = {"address": alice.address, "message": "hello"}
    assert hooks.events == [
        ("pre_verify", asked | {"signature": right}),
        ("post_verify", asked | {"signature": right, "is_valid": True}),
        ("pre_verify", asked | {"signature": wrong}),
        ("post_verify", asked | {"signature": wrong, "is_valid": False}),
    ]


def test_a_veto_is_an_error_not_an_answer(auth, alice, hooks):
    """A refused question has no answer, so ``post_verify`` stays silent."""

    @auth.hooks.pre_verify
    def refuse():
        raise Denied("not today")

    with pytest.raises(Denied, match="not today"):
        auth.verify_signature(alice.address, "hello", alice.sign("hello"))

    assert hooks.names == ["pre_verify"]
