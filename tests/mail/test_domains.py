"""Domains of email addresses: one spelling each, and two where they are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.mail.domains import ascii_domain, canonical_domain


@pytest.mark.parametrize(
    ("written", "shown", "encoded"),
    [
        ("example.com", "example.com", "example.com"),
        ("EXAMPLE.Com.", "example.com", "example.com"),
        ("localhost", "localhost", "localhost"),
        ("under_score.example", "under_score.example", "under_score.example"),
        ("r3---sn.example", "r3---sn.example", "r3---sn.example"),
        ("münchen.example", "münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.EXAMPLE", "münchen.example", "xn--mnchen-3ya.example"),
        ("mu\u0308nchen.example", "münchen.example", "xn--mnchen-3ya.example"),
        ("münchen\u3002example\u3002", "münchen.example", "xn--mnchen-3ya.example"),
        ("\uff4dünchen\uff0eexample", "münchen.example", "xn--mnchen-3ya.example"),
        ("mün\u00adchen\u200b.example", "münchen.example", "xn--mnchen-3ya.example"),
        ("Xn--Mnchen-3YA.example.", "münchen.example", "xn--mnchen-3ya.example"),
        ("mail.xn--mnchen-3ya.example", "mail.münchen.example", "mail.xn--mnchen-3ya.example"),
        ("straße.example", "straße.example", "xn--strae-oqa.example"),
        ("strasse.example", "strasse.example", "strasse.example"),
        ("ελλάς.example", "ελλάς.example", "xn--hxarsa0b.example"),
        ("ΕΛΛΆΣ.example", "ελλάσ.example", "xn--hxarsa5b.example"),
        ("例え.テスト", "例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("ن\u0627م\u0647\u200c\u0627ی.example", "ن\u0627م\u0647\u200c\u0627ی.example", "xn--mgba3gch31f060k.example"),
        ("münchen\u0430.example", "münchen\u0430.example", None),
        ("i\u2764\ufe0f.example", "i\u2764.example", "xn--i-7iq.example"),
        ("XN--E28H.example", "\U0001f600.example", "xn--e28h.example"),
        ("ÜBER\U0001f44d\U0001f3fd.example", "über\U0001f44d\U0001f3fd.example", None),
    ],
)
def test_a_domain_has_one_spelling(written, shown, encoded):
    """However it is written: case, width, dots, composed or not, in ASCII. Letters that other rules join stay two."""
    assert canonical_domain(written) == shown
    assert ascii_domain(written) in (encoded, ascii_domain(shown))
    if encoded is not None:
        assert ascii_domain(written) == encoded


@pytest.mark.parametrize(
    "domain",
    [
        *(
            "",
            ".",
            "a..b",
            ".a",
            "-a.example",
            "a-.example",
            "a b.example",
            "a\tb.example",
            "a@b",
            "[127.0.0.1]",
            "a/b",
        ),
        *("x" * 64 + ".example", "x." * 127 + "xx", "ü" * 64 + ".example", "ü" * 100_000, "ü.-a", "\ud800.example"),
        *("xn--a.example", "xn--0.example", "xn--strasse-.example", "xn--", "a\0.example", "xn--ü.example"),
        *("\u2764_.example", "\u2764\u200d\u2764.example", "\u2764\u2800.example", "xn--a-7iq\u2764.example"),
        # encoded: "trade mark" and A in a circle, which are mails elsewhere; and what nobody sees
        *("xn--y2g.example", "xn--4th.example", "xn--6ii.example", "xn--a-4rq.example", "xn--1ug110a.example"),
    ],
)
def test_what_can_be_no_domain_has_none(domain):
    """Neither an error nor a guess."""
    assert canonical_domain(domain) is None
    assert ascii_domain(domain) is None


@given(
    st.text(alphabet="aZß.-_xn—\u2764\u2122\U0001f3fdüÜςΣ。 \u0308\u200d\u00ad\uff201", max_size=30)
    | st.text(max_size=300)
)
def test_the_one_spelling_is_its_own(domain):
    """Whatever comes in: what comes out is the same again, and in ASCII it is the same domain."""
    shown, encoded = canonical_domain(domain), ascii_domain(domain)
    assert (shown is None) == (encoded is None)
    if shown is not None:
        assert encoded.isascii()
        assert canonical_domain(shown) == canonical_domain(encoded) == canonical_domain(encoded.upper()) == shown
        assert ascii_domain(shown) == encoded
