"""Bring the catalogs up to date with the sentences of pages, mails and code.

Without an argument, write them: new sentences are added without a translation, and removed ones are dropped. With
``--check``, fail if a catalog's sentences differ from the code's, or it lacks a translation or a plural form. The check
compares sentences, not files: the wrapping of a file and the plural rule of a language come from the library and
change with it. The rule that counts is the one in the file's header.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from gatewright.i18n.catalogs import FOLDER
from gatewright.i18n.languages import LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "gatewright"
MARKS: dict[str, Any] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
LIKE_THE_PAGES = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def sources() -> Iterator[tuple[Path, Any]]:
    """Yield every file that may hold sentences, and how to find them in it."""
    folders = [PACKAGE / folder / "templates" for folder in ("web", "mail")]
    for folder in (*folders, *sorted(PACKAGE.glob("methods/*/templates"))):
        for template in sorted(each for each in folder.rglob("*") if each.is_file()):
            yield template, babel_extract
    for module in sorted(PACKAGE.rglob("*.py")):
        yield module, "python"


def present(language: str) -> Catalog:
    """Return the current catalog of a language, or an empty one if there is none."""
    path = FOLDER / f"{language}.po"
    with BytesIO(path.read_bytes() if path.exists() else b"") as file:
        return read_po(file, locale=language)


@cache
def sentences() -> list[tuple[Any, str]]:
    """Return every sentence, or pair of singular and plural, with the file that contains it."""
    found = []
    for source, method in sources():
        with source.open("rb") as file:
            for _, sentence, _, _ in extract(method, file, MARKS, options=LIKE_THE_PAGES):
                found.append((sentence, source.relative_to(PACKAGE).as_posix()))
    return found


def wanted(known: Catalog) -> Catalog:
    """Return a catalog of every sentence, with the translations and the plural rule of the current catalog."""
    catalog = Catalog(locale=known.locale, fuzzy=False)
    catalog.mime_headers = [("Plural-Forms", known.plural_forms)]
    for sentence, place in sentences():
        there = known.get(sentence if isinstance(sentence, str) else sentence[0])
        catalog.add(sentence, there.string if there and there.id == sentence else None, [(place, 1)])
    return catalog


def as_text(catalog: Catalog) -> str:
    """Return a catalog as a file: sorted by sentence, and without anything that changes by itself."""
    body = BytesIO()
    write_po(body, catalog, width=120, omit_header=True, sort_output=True, include_lineno=False)
    return HEADER.format(language=catalog.locale, plural_forms=catalog.plural_forms) + body.getvalue().decode()


def entries(catalog: Catalog) -> dict[Any, tuple[Any, list[str]]]:
    """Return the contents of a catalog: its sentences, with their translations and the files that contain them."""
    return {
        message.id: (message.string, sorted({place for place, _ in message.locations}))
        for message in catalog
        if message.id
    }


def untranslated(catalog: Catalog) -> list[str]:
    """Return the sentences that lack a translation or a plural form."""
    return [str(message.id) for message in catalog if message.id and not is_whole(message, catalog.num_plurals)]


def is_whole(message: Message, forms: int) -> bool:
    """Return whether a sentence is translated, in as many forms as its language has."""
    if not message.pluralizable:
        return bool(message.string)
    return isinstance(message.string, tuple) and len(message.string) == forms and all(message.string)


def main() -> int:
    """Write the catalogs, or compare their contents."""
    is_wrong = False
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        path = FOLDER / f"{language}.po"
        known = present(language)
        catalog = wanted(known)
        if "--check" not in sys.argv[1:]:
            path.write_text(as_text(catalog), encoding="utf-8")
        elif entries(known) != entries(catalog):
            is_wrong = True
            print(f"{path.relative_to(ROOT)} is stale. Run: python tools/write_catalogs.py", file=sys.stderr)
        for sentence in untranslated(catalog):
            is_wrong = True
            print(f"{path.relative_to(ROOT)} lacks a translation of: {sentence}", file=sys.stderr)
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
