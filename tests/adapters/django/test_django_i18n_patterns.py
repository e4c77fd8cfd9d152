"""Pages below ``i18n_patterns``, which gives them another path in each language."""

from __future__ import annotations

from types import ModuleType

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from django_project import MIDDLEWARE, hello
from gatewright.adapters.django import login_required

LOCALE = "django.middleware.locale.LocaleMiddleware"


@pytest.fixture
def browser_in(change, open_browser):
    """Open a browser of somebody who reads a language, on a project whose pages have a path in each."""
    urls = ModuleType("urls_of_languages")
    urls.urlpatterns = [
        path("private", login_required(hello)),
        *i18n_patterns(
            path("auth/", include("gatewright.adapters.django.urls")),
            path("start", hello, name="dashboard"),
        ),
    ]
    change(
        of_django={"ROOT_URLCONF": urls, "MIDDLEWARE": [LOCALE, *MIDDLEWARE], "LANGUAGES": [("en", "E"), ("de", "D")]}
    )
    return lambda language: open_browser(language=language)


@pytest.mark.parametrize("first", ["en", "de"])
def test_each_language_has_its_pages(browser_in, anna, log_in, first):
    """Whichever is asked for first in a process; a sign-in stays in its language."""
    below = {"en": "/en", "de": "/de"}
    for language in (first, *below.keys() - {first}):
        auth, browser = f"{below[language]}/auth", browser_in(language)
        login = browser.get("/private").location
        assert login == f"{auth}/login?next=%2Fprivate"
        assert f'"{auth}/gatewright/style.css"' in browser.get(login).text
        assert browser.get(f"{auth}/gatewright/style.css").status == 200
        assert browser.get(f"{auth}/login/").location == f"{auth}/login"
        assert log_in(browser, page=login).location == "/private"
        assert log_in(browser_in(language), page=f"{auth}/login").location == f"{below[language]}/start"
