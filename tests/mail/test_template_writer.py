"""What mails say: in every language whole, escaped where it must be, and as a skin wants it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from gatewright.errors import ConfigurationError
from gatewright.i18n import LANGUAGES
from gatewright.mail import TemplateWriter
from gatewright.model import QueuedMail

KINDS = (
    "email_verification",
    "password_reset",
    "email_change",
    "already_registered",
    "password_changed",
    "email_change_requested",
    "email_changed",
    "account_deleted",
    "method_enrolled",
    "method_removed",
    "method_removal_announced",
    "recovery_code_used",
    "new_device",
)
ABOUT_SESSIONS = KINDS[-5:]
LINK = "https://shop.example/x/s3cret?a=1&b=2"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
TAG = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)


def mail(kind="password_reset", *, language="en", email="alice@example.com"):
    return QueuedMail("1", kind, "2", email, language, "https://shop.example", NOW, NOW)


def words_of(html):
    """Return what a reader of the HTML sees."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


@pytest.fixture(scope="module")
def shop():
    """The shop's writer, which compiles each template once."""
    return TemplateWriter(site_name="The Shop")


@pytest.fixture
def write(shop):
    """Write a mail of the shop, or of one that differs from it."""

    def write(kind="password_reset", *, language="en", link=LINK, hours=2, **options):
        writer = TemplateWriter(**{"site_name": "The Shop"} | options) if options else shop
        return writer.write(mail(kind, language=language), link=link, hours=hours)

    return write


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("link", [LINK, None], ids=["with link", "without link"])
def test_every_mail_is_whole_in_every_language(write, kind, language, link):
    """It names the site and the link, in text and HTML, with no placeholder left and none missing."""
    mail = write(kind, language=language, link=link)

    assert mail.to == "alice@example.com"
    assert "The Shop" in mail.subject
    for text in (mail.subject, mail.text, words_of(mail.html)):
        assert re.search(r"%\(|%s|[{}]|None", text) is None
    for text in (mail.text, words_of(mail.html)):
        assert text.count(LINK) == (0 if link is None else 1)
        assert text.count("The Shop") >= 2
    assert f'<html lang="{language}">' in mail.html
    assert (f'href="{LINK.replace("&", "&amp;")}"' in mail.html) is (link is not None)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_is_left_in_english(write, kind, language):
    """Each line of a translated mail differs from the English one, but for links and the signature's mark."""
    english = set(write(kind).text.splitlines()) - {"", "-- ", LINK}
    translated = write(kind, language=language)

    assert english & set(translated.text.splitlines()) == set()
    assert translated.subject != write(kind).subject


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith("password")])
def test_no_mail_of_a_site_without_passwords_speaks_of_one(write, kind):
    """Nor advises to change it; what helps instead is said."""
    mail = write(kind, has_passwords=False)
    assert "password" not in (mail.text + mail.html).lower()
    if kind in ABOUT_SESSIONS:
        assert "If " in mail.text


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize("kind", ABOUT_SESSIONS)
def test_a_notice_says_when_from_where_and_by_what(kind):
    """In text and HTML, in the language of the mail; and what a browser says of itself is text."""
    details = {"ip_address": "192.0.2.7", "user_agent": f"{FIREFOX} <b>", "method": "Password"}
    told = replace(mail(kind, language="de"), details=json.dumps(details))
    written = TemplateWriter(site_name="The Shop").write(told, link=LINK, hours=2)

    for text in (written.text, words_of(written.html)):
        assert "Wann: 01.01.2030, 00:00 UTC" in text
        assert "Gerät: Firefox auf Windows" in text
        assert "IP-Adresse: 192.0.2.7" in text
        assert ("Passwort" in text) is True
    assert "<b>" not in written.html


def test_markup_that_a_program_calls_itself_is_text():
    """Where it is no browser its own name is told."""
    told = replace(mail("new_device"), details=json.dumps({"user_agent": "<script>alert(1)<-script>"}))
    written = TemplateWriter(site_name="The Shop").write(told, link=LINK, hours=2)

    assert "Device: <script>alert(1)<-script>" in written.text
    assert "<script" not in written.html


def test_a_methods_own_mail_comes_from_its_folder(tmp_path):
    """With what its reader is to type; a skin goes before it, as before ours."""
    folder, skin = tmp_path / "method", tmp_path / "skin"
    for place in (folder, skin / "mail"):
        place.mkdir(parents=True)
        (place / "knock.txt").write_text(f"{place.name}\n\nKnock {{{{ code }}}} times", encoding="utf-8")
        (place / "knock.html").write_text('{% extends "layout.html" %}', encoding="utf-8")
    written = [
        TemplateWriter(site_name="The Shop", folders=[folder], skin=each).write(
            mail("knock"), link=None, hours=2, code="7"
        )
        for each in (None, skin)
    ]

    assert [each.subject for each in written] == ["method", "mail"]
    assert {each.text for each in written} == {"Knock 7 times\n"}


@pytest.mark.parametrize(("language", "ours"), [("nl", "en"), ("x-klingon", "en"), ("pt-BR", "pt"), ("de-AT", "de")])
def test_a_language_that_is_not_ours_loses_no_mail(write, language, ours):
    """It comes in the language beside, or in English."""
    assert write(language=language) == write(language=ours)


@pytest.mark.parametrize("kind", ["email_verification", "password_reset"])
def test_how_long_a_link_is_good_is_said_in_numbers_that_agree(write, kind):
    """One hour, several hours."""
    one, several = write(kind, hours=1), write(kind, hours=48)

    assert "within 1 hour." in one.text
    assert "within 1 hour." in words_of(one.html)
    assert "within 48 hours." in several.text
    assert "within 48 hours." in words_of(several.html)


def test_values_are_escaped_in_html_and_only_there(write):
    """A name with markup is a name."""
    name = "<script>alert('x')</script> & \"Co\""
    mail = write(site_name=name)

    assert name in mail.subject
    assert name in mail.text
    assert "<script" not in mail.html
    assert name in words_of(mail.html.replace("&lt;script", "&lt;script"))


def test_a_subject_is_one_line_of_what_can_be_seen(write):
    """Whatever the site is called."""
    mail = write(site_name="The\tShop\r\nBcc: mallory@example.com\x00\x1b")

    assert mail.subject == "The Shop"
    assert mail.subject.isprintable()


@pytest.fixture
def skin(tmp_path):
    """Write the templates of a skin and return its folder."""
    (tmp_path / "mail").mkdir()

    def skin(**templates):
        for name, text in templates.items():
            stem, _, extension = name.rpartition("_")
            (tmp_path / "mail" / f"{stem}.{extension}").write_text(text, encoding="utf-8")
        return tmp_path

    return skin


def test_a_skin_goes_before_ours(write, skin):
    """File by file; what it does not have is ours, and it may build on ours."""
    folder = skin(
        password_reset_txt="Ahoi from {{ site_name }}\n\n{{ email }}, {{ link }}, {{ hours }} h\n",
        password_reset_html='{% extends "layout.html" %}{% block reason %}Ahoi {{ email }}{% endblock %}',
    )
    reset, verification = write("password_reset", skin=folder), write("email_verification", skin=folder)

    assert reset.subject == "Ahoi from The Shop"
    assert reset.text == f"alice@example.com, {LINK}, 2 h\n"
    assert "Ahoi alice@example.com" in words_of(reset.html)
    assert verification == write("email_verification")


def test_a_skin_extends_ours_of_the_same_name(write, skin):
    """``gatewright/`` names ours."""
    folder = skin(
        password_reset_html='{% extends "gatewright/password_reset.html" %}{% block action %}Ahoi{% endblock %}',
        password_reset_txt='{% extends "gatewright/password_reset.txt" %}',
    )
    ours, theirs = write("password_reset"), write("password_reset", skin=folder)

    assert theirs.text == ours.text
    assert "Ahoi" in words_of(theirs.html)


def test_a_layout_of_a_skin_is_that_of_every_mail(write, skin):
    """One file changes the look of all."""
    folder = skin(layout_html="<p>LETTERHEAD {% block reason %}{% endblock %}</p>")

    assert all(write(kind, skin=folder).html.startswith("<p>LETTERHEAD ") for kind in KINDS)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("Subject\n\n{{ nickname }}", "password_reset.txt cannot be used: 'nickname' is undefined"),
        ("Subject\n\n{% if %}", "password_reset.txt, line 3 cannot be used"),
        ('{% extends "nothing.txt" %}', "password_reset.txt cannot be used: 'nothing.txt' not found"),
    ],
)
def test_a_slip_in_a_skin_is_told_with_its_place(write, skin, template, told):
    """Nobody gets a mail with a hole in it."""
    with pytest.raises(ConfigurationError, match=told):
        write("password_reset", skin=skin(password_reset_txt=template))


def test_a_kind_without_template_is_told(write):
    """It is no kind of ours."""
    with pytest.raises(ConfigurationError, match=r"lottery_won\.txt cannot be used"):
        write("lottery_won")


@pytest.mark.parametrize(("missing", "name"), [("jinja2", "Jinja2"), ("babel", "Babel")])
def test_without_the_pages_extra_only_a_mail_is_missing(missing, name):
    """The library works without it; the first mail says what to install."""
    script = f"""
import sys
sys.modules[{missing!r}] = None
from datetime import UTC, datetime as date
from gatewright import Auth
from gatewright.errors import ConfigurationError
from gatewright.mail import TemplateWriter
from gatewright.model import QueuedMail
Auth("sqlite://").close()
now = date(2030, 1, 1, tzinfo=UTC)
mail = QueuedMail("1", "password_reset", "2", "a@b.c", "en", "", now, now)
try:
    TemplateWriter(site_name="x").write(mail, link="", hours=2)
except ConfigurationError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert f"need {name}: pip install 'gatewright[pages]'." in done.stdout
