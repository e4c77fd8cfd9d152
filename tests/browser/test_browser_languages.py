"""The pages in the languages of their visitors."""

from __future__ import annotations

import pytest

from browser.inspection import NARROW, misplaced

BROKEN_WORDS = """
const brand = document.querySelector(".brand");
brand.lastChild.data = arguments[0];
let start = 0;
return arguments[0].split(" ").filter((word) => {
  const range = document.createRange();
  range.setStart(brand.lastChild, start);
  range.setEnd(brand.lastChild, start += word.length);
  start += 1;
  return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
});
"""
"""The words of a site's name that do not stand on one line, where it has that name."""

BROKEN_TITLES = """
return [...document.querySelectorAll(".what > [id]")].filter((title) => {
  const range = document.createRange();
  range.selectNodeContents(title.firstChild);
  return !title.innerText.trim().includes(" ") && new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
}).map((title) => title.innerText);
"""
"""Titles of one word that do not stand on one line."""

HEADINGS = {
    "en": "Sign in",
    "es": "Iniciar sesión",
    "it": "Accedi",
    "de": "Anmelden",
    "fr": "Se connecter",
    "pt": "Entrar",
    "ja": "ログイン",
    "zh": "登录",
}


def test_a_page_speaks_the_visitors_language(browser):
    """Each of the eight by Accept-Language; any other browser gets English."""
    seen = {}
    for language in (*HEADINGS, "fi"):
        browser.prefer_language(f"{language};q=0.9, *;q=0.1")
        browser.open("/login")
        seen[language] = browser.find("html").get_attribute("lang"), browser.heading

    assert seen == {language: (language, heading) for language, heading in HEADINGS.items()} | {"fi": ("en", "Sign in")}


@pytest.mark.parametrize("language", ["de", "fr"])
def test_long_words_stay_on_a_narrow_screen(browser, anna, sign_in, language):
    """Nothing sticks out or lies on something else, whatever the language."""
    sign_in(anna)
    browser.prefer_language(language)
    browser.show(NARROW, 640, is_phone=True)
    browser.open("/account")
    assert misplaced(browser, NARROW) == []

    browser.command("Network.clearBrowserCookies")
    for path in ("/login", "/signup"):
        browser.open(path)
        assert misplaced(browser, NARROW) == []


def test_a_sites_name_stays_in_one_piece_on_a_phone(browser, anna, sign_in):
    """Where the links beside it are long, they have a line of their own."""
    sign_in(anna)
    browser.prefer_language("fr")
    browser.show(360, 640, is_phone=True)
    browser.open("/account")
    words = browser.evaluate(BROKEN_WORDS, "Buchhandlung am Markt")
    assert words == []


def test_what_is_one_long_word_stays_in_one_piece_on_a_phone(application, browser, anna, sign_in):
    """The button beside it goes below; and a button whose own word is longer than the screen is broken, not wider."""
    sign_in(anna)
    browser.prefer_language("de")
    browser.show(360, 640, is_phone=True)
    browser.open("/account")
    assert "Wiederherstellungscodes" in browser.find("main").text
    assert browser.evaluate(BROKEN_TITLES) == []

    browser.show(NARROW, 640, is_phone=True)
    browser.open("/account/methods/recovery_codes")
    assert misplaced(browser, NARROW) == []
    widths = "const form = document.querySelector('main form'); return [form.scrollWidth, form.clientWidth]"
    wide, room = browser.evaluate(widths)
    assert wide <= room
