"""A skin: templates and texts of an application's own, before ours."""

from __future__ import annotations

import pytest

from gatewright.errors import ConfigurationError
from gatewright.settings import load_settings
from gatewright.web import Field, SimpleAuthController


@pytest.fixture
def skin(tmp_path):
    """An empty skin."""
    folder = tmp_path / "skin"
    (folder / "locale").mkdir(parents=True)
    return folder


def test_a_template_takes_the_place_of_ours(make_pages, skin):
    """A page of the same name is shown instead, and the others stay."""
    (skin / "login.html").write_text('{% extends "base.html" %}{% block main %}Come in!{% endblock %}')
    browser = make_pages(skin=skin).browser()
    assert "Come in!" in browser.get("/login").text
    assert "Create an account" in browser.get("/signup").text


def test_a_template_extends_ours_of_the_same_name(make_pages, skin):
    """``gatewright/`` names ours, whose own frame is the skin's again."""
    (skin / "login.html").write_text(
        '{% extends "gatewright/login.html" %}{% block main %}{{ super() }}<p>Ask at the desk.</p>{% endblock %}'
    )
    (skin / "base.html").write_text('{% extends "gatewright/base.html" %}{% block foot %}Shop Ltd{% endblock %}')
    page = make_pages(skin=skin).browser().get("/login").text
    assert "<p>Ask at the desk.</p>" in page
    assert "Shop Ltd</footer>" in page
    assert 'name="password"' in page


def test_the_template_of_a_method_is_extended_or_replaced_as_well(make_pages, skin, alice):
    """As the page of a wallet's challenge, which names what it shows."""
    ours = '{% extends "gatewright/wallet_sign.html" %}{% block width %}wide{% endblock %}'
    own = "{{ challenge.evrmore_address }}|{{ challenge.challenge_text }}|{{ challenge.expires_at | iso }}|{{ action }}"
    shown = []
    for text in (ours, own):
        (skin / "wallet_sign.html").write_text(text)
        browser = make_pages(skin=skin).browser()
        form = browser.get("/login").form("/login/wallet")
        shown.append(browser.submit(form, evrmore_address=alice.address).text)

    address, challenge, expires_at, action = shown[1].split("|")
    assert 'class="wide"' in shown[0]
    assert 'name="signature"' in shown[0]
    assert (address, action) == (alice.address, "/login/wallet")
    assert address in challenge
    assert expires_at.startswith("20")


def test_a_skin_cannot_hide_ours(make_pages, skin):
    """A folder ``gatewright`` in a skin is never looked at."""
    (skin / "gatewright").mkdir()
    (skin / "gatewright" / "login.html").write_text("not ours")
    (skin / "login.html").write_text('{% extends "gatewright/login.html" %}')
    assert 'name="password"' in make_pages(skin=skin).browser().get("/login").text


def test_a_file_takes_the_place_of_ours(make_pages, skin):
    """The skin's own are served as they are now, and ours where it has none."""
    (skin / "static").mkdir()
    (skin / "static" / "gate.svg").write_text("<svg/>")
    (skin / "static" / "logo.png").write_text("a logo")
    browser = make_pages(skin=skin).browser()
    logo = browser.get("/gatewright/logo.png")
    (skin / "static" / "logo.png").write_text("another logo")

    assert (logo.status, logo.header("content-type")) == (200, "image/png")
    assert browser.get("/gatewright/gate.svg").text == "<svg/>"
    assert (logo.text, browser.get("/gatewright/logo.png").text) == ("a logo", "another logo")
    assert ":root" in browser.get("/gatewright/style.css").text


@pytest.mark.parametrize(
    "path", ["../login.html", "%2e%2e/login.html", "login.html", ".env", "more/x.css", "x.css", ""]
)
def test_nothing_else_of_a_skin_is_served(make_pages, skin, path):
    """Neither templates, nor what lies elsewhere, nor a kind of file that pages do not need."""
    (skin / "static" / "more").mkdir(parents=True)
    for name in ("login.html", "static/login.html", "static/.env", "static/more/x.css"):
        (skin / name).write_text("secret")
    answer = make_pages(skin=skin).browser().get(f"/gatewright/{path}")

    assert (answer.status, "secret" in answer.text) == (404, False)


class WithCompany(SimpleAuthController):
    def signup_fields(self):
        return (*super().signup_fields(), Field("company", "Company"))


def test_a_catalog_speaks_for_an_application(make_pages, skin):
    """Sentences of its own are translated, and ours said in other words, in English too."""
    (skin / "locale" / "es.po").write_text('msgid "Company"\nmsgstr "Empresa"\n')
    (skin / "locale" / "en.po").write_text('msgid "Create an account"\nmsgstr "Join the club"\n')
    pages = make_pages(skin=skin, controller=WithCompany())
    spanish, english = pages.browser(language="es").get("/signup").text, pages.browser().get("/signup").text
    assert "Empresa" in spanish
    assert "Crear una cuenta" in spanish
    assert "Company" in english
    assert "Join the club" in english


def test_a_catalog_names_devices_as_well(make_pages, skin, anna, log_in):
    """In the list of sessions, for one."""
    (skin / "locale" / "en.po").write_text(
        'msgid "%(browser)s on %(system)s"\nmsgstr "%(system)s running %(browser)s"\n'
    )
    browser = make_pages(skin=skin).browser(user_agent="Mozilla/5.0 (iPhone) Safari/605")
    log_in(browser)
    assert "iPhone running Safari" in browser.get("/account").text


def test_a_broken_catalog_says_where(make_pages, skin):
    """The error names the file and the line."""
    (skin / "locale" / "es.po").write_text("what is this\n")
    browser = make_pages(skin=skin).browser(language="es")
    with pytest.raises(ConfigurationError, match=r"locale/es\.po cannot be read: see line 1"):
        browser.get("/login")


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    """A misspelled skin does not silently become ours."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_SKIN"):
        load_settings(skin=tmp_path / "skni")
