"""Templates hold no sentence that the catalogs do not know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gatewright.web
from i18n.sample_pages import SAMPLES, render

TEMPLATES = sorted((Path(gatewright.web.__file__).parent / "templates").glob("*.html"))
OF_THE_MACHINE = re.compile(
    r"{#.*?#}|{% block (?:width|layout) %}\w+{% endblock %}|{%-?\s*trans\b.*?endtrans\s*-?%}|{{.*?}}|{%.*?%}"
    r"|<!doctype html>",
    re.DOTALL,
)
MARKUP = re.compile(r"""<[^>]*>|[a-z-]+="[^"]*"|\bautofocus\b""", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r"""\b(?:alt|aria-label|placeholder|title|data-toggled)="([^"]*)\"""")
LETTERS = re.compile(r"[^\W\d_]{2,}")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_literal_text(template):
    """Without what Jinja and HTML understand, no words are left; nor in the attributes that are read aloud."""
    markup = OF_THE_MACHINE.sub("", template.read_text())
    words = LETTERS.findall(MARKUP.sub(" ", markup))
    spoken = [text for text in SPOKEN_ATTRIBUTE.findall(markup) if LETTERS.search(text)]
    assert words == []
    assert spoken == []


@pytest.mark.parametrize("sample", sorted(SAMPLES.keys() - {"message"}))
def test_a_page_speaks_the_language_of_its_reader(sample):
    """The heading of every page is Japanese for who reads Japanese, and the page says so to a screen reader."""
    html = render(sample, "ja")
    heading = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    assert '<html lang="ja">' in html
    assert heading is not None
    assert JAPANESE.search(heading[1])


def test_labels_of_the_application_are_shown_as_they_are():
    """What an application calls its fields is neither markup nor a format, whatever signs are in it."""
    assert "100% &lt;team&gt;</option>" in render("signup", "de")
