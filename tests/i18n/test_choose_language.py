"""Which language a visitor is answered in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.i18n import LANGUAGES, choose_language


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("", "en"),
        ("it", "it"),
        ("IT", "it"),
        ("de-AT", "de"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("zh-CN", "zh"),
        ("zh-Hans-CN", "zh"),
        ("zh-TW;q=0.7, ja;q=0.8", "ja"),
        ("zh-TW, en", "en"),
        ("zh-HK,en;q=0.8", "en"),
        ("zh-MO, ja;q=0.2, en;q=0.1", "ja"),
        ("zh-Hant, de;q=0.1", "de"),
        ("zh-Hant-CN, de;q=0.1", "de"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "en"),
        ("zh-hk, zh;q=0.9", "zh"),
        ("zh-TW", "zh"),
        ("zh-TW, nl;q=0.9, en;q=0", "zh"),
        ("zh-Hans-TW, en;q=0.9", "zh"),
        ("zh-SG, en;q=0.9", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW, zh-CN;q=0.8, en;q=0.5", "zh"),
        ("zh-TW;q=0, zh;q=0.9, en;q=0.5", "zh"),
        ("zh, en;q=0.5", "zh"),
        ("pt, en", "pt"),
        ("nl, sv;q=0.9, fr;q=0.1", "fr"),
        ("nl", "en"),
        ("*", "en"),
        ("*, es;q=0.5", "es"),
        ("en;q=0.2, es;q=0.3", "es"),
        ("fr, de", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=0, de;q=0.001", "de"),
        (" fr ; q=0.5 , de ; q=0.6 ", "de"),
        ("fr;q=high, de;q=0.1", "de"),
        ("fr;q=-1, de;q=0.1", "de"),
        ("fr;q=nan", "en"),
        ("fr;level=1", "en"),
        (",,;;,=,de", "de"),
        ("deutsch", "en"),
        ("d\x00e, it", "it"),
    ],
)
def test_the_best_of_our_languages_is_chosen(header, expected):
    """By weight, then by order; what cannot be read is skipped, and nothing left is English."""
    assert choose_language(header) == expected


def test_the_application_may_decide():
    """A language that is fixed wins over every wish."""
    assert choose_language("de, en;q=0.5", fixed="ja") == "ja"


def test_a_long_header_is_read_at_its_beginning_only():
    """Nobody makes us parse a megabyte."""
    assert choose_language("nl," * 400 + "de") == "en"
    assert choose_language("de," + "nl," * 400_000) == "de"


@given(st.text(max_size=60) | st.text(alphabet="deq=0.1;,-* ", max_size=60))
def test_no_header_breaks_it(header):
    """Whatever comes, one of our languages is the answer."""
    assert choose_language(header) in LANGUAGES
