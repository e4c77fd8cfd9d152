"""The catalogs say everything, in every language."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from gatewright.errors import ConfigurationError
from gatewright.i18n import LANGUAGE_NAMES, LANGUAGES, translations_for
from gatewright.i18n.catalogs import FOLDER

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def messages_of(language: str):
    with (FOLDER / f"{language}.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def forms_of(value) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_the_languages_are_those_that_are_promised():
    """Eight of them, each under its own name, and a catalog for each but the one that the code is written in."""
    assert LANGUAGES == ("en", "es", "it", "de", "fr", "pt", "ja", "zh")
    assert LANGUAGE_NAMES["ja"] == "日本語"
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{language}.po" for language in TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_name_the_same_values(language):
    """A translation has the placeholders of its sentence, each as often, in every form of its plural."""
    messages = messages_of(language)
    wrong = [
        (form, translation)
        for message in messages
        for form in forms_of(message.id)
        for translation in forms_of(message.string)
        if sorted(PLACEHOLDER.findall(form)) != sorted(PLACEHOLDER.findall(translation))
    ]
    assert len(messages) > 100
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_carry_no_markup(language):
    """Templates take a translation as it is, so none may hold HTML."""
    marked = [message.string for message in messages_of(language) if re.search(r"[<>&]", str(message.string))]
    assert marked == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Sign in"),
        ("es", "Iniciar sesión"),
        ("it", "Accedi"),
        ("de", "Anmelden"),
        ("fr", "Se connecter"),
        ("pt", "Entrar"),
        ("ja", "ログイン"),
        ("zh", "登录"),
    ],
)
def test_each_language_speaks(language, expected):
    """The catalog of a language answers in it."""
    assert translations_for(language).gettext("Sign in") == expected


@pytest.mark.parametrize(("count", "unit"), [(1, "Stunde"), (2, "Stunden")])
def test_plurals_follow_the_language(count, unit):
    """One hour, two hours."""
    sentence = "The link works once, within %(count)s {}."
    found = translations_for("de").ngettext(sentence.format("hour"), sentence.format("hours"), count)
    assert found == f"Der Link gilt einmal, innerhalb von %(count)s {unit}."


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("count", [0, 1, 2, 11, 100, 1_000_000, 2_000_000])
def test_every_count_has_a_form(language, count):
    """Languages with a form for round millions have it, whatever this Babel knows of them."""
    sentence = "The link works once, within %(count)s {}."
    found = translations_for(language).ngettext(sentence.format("hour"), sentence.format("hours"), count)
    assert "%(count)s" in found
    assert "The link" not in found


HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
TWO_FORMS = '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
THREE_FORMS = '"Plural-Forms: nplurals=3; plural=(n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2);\\n"\n'
APPLES = 'msgid "%(count)s apple"\nmsgid_plural "%(count)s apples"\nmsgstr[0] "%(count)s manzana"\n'
FORMS = ('msgstr[1] "%(count)s manzanas"\n', 'msgstr[2] "%(count)s manzanas, claro"\n')


@pytest.fixture
def spanish(tmp_path):
    """Make the catalog of an application's skin, of these lines."""

    def spanish(*lines):
        skin = tmp_path / f"skin{len(list(tmp_path.iterdir()))}"
        (skin / "locale").mkdir(parents=True)
        (skin / "locale" / "es.po").write_text("\n".join(lines), encoding="utf-8")
        return translations_for("es", skin=skin)

    return spanish


@pytest.mark.parametrize(
    ("lines", "apples"),
    [((HEADER + TWO_FORMS, APPLES + FORMS[0]), "manzanas"), ((HEADER + THREE_FORMS, APPLES + "".join(FORMS)), "claro")],
    ids=["two forms", "three forms"],
)
def test_plurals_of_a_skin_follow_its_own_header(spanish, lines, apples):
    """Under the old rule of Spanish and the new one, beside our catalog, which has a rule of its own."""
    catalog = spanish(*lines)
    ours = catalog.ngettext(
        "The link works once, within %(count)s hour.", "The link works once, within %(count)s hours.", 2
    )
    assert catalog.ngettext("%(count)s apple", "%(count)s apples", 1) == "%(count)s manzana"
    assert catalog.ngettext("%(count)s apple", "%(count)s apples", 2).endswith(apples)
    assert ours == "El enlace sirve una sola vez, durante %(count)s horas."


@pytest.mark.parametrize(
    ("lines", "cure"),
    [((HEADER, APPLES + FORMS[0]), 'Add a line like "Plural-Forms: '), ((HEADER + THREE_FORMS, APPLES), "declares 3")],
    ids=["no rule", "a form is missing"],
)
def test_plurals_that_depend_on_the_library_are_refused(spanish, lines, cure):
    """No rule, or a form less than the rule has: what came out would depend on Babel's version."""
    with pytest.raises(ConfigurationError, match=re.escape(cure)):
        spanish(*lines)


def test_an_unknown_sentence_stays_english():
    """An application's own label, which no catalog knows, comes out as it was written."""
    assert translations_for("it").gettext("Favourite colour") == "Favourite colour"


def test_a_catalog_is_compiled_once():
    """Whoever asks again is given the same object."""
    assert translations_for("fr") is translations_for("fr")


@pytest.mark.parametrize("language", ["xx", "../it", ""])
def test_other_languages_are_refused(language):
    """A language that we do not write is an error that lists those that we do."""
    with pytest.raises(ConfigurationError, match="en, es, it, de, fr, pt, ja, zh"):
        translations_for(language)


def test_without_babel_the_error_says_what_to_install(monkeypatch):
    """A missing package is no riddle."""
    translations_for.cache_clear()
    monkeypatch.setitem(sys.modules, "babel.support", None)
    with pytest.raises(ConfigurationError, match=re.escape("pip install 'gatewright[pages]'")):
        translations_for("it")
