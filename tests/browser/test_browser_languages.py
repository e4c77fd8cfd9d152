"""The pages in the languages of their visitors."""

from __future__ import annotations

import pytest

from browser.frameworks import on_one_framework
from browser.inspection import NARROW, misplaced

pytestmark = on_one_framework

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
