"""Bring the catalogs up to date with the sentences of pages, mails and code.

Without an argument it writes them: new sentences come in without a translation, those that are gone go. With
``--check`` it fails if one is not what would be written, or lacks a translation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import Catalog
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
    """Yield every file that may hold sentences, and how they are found in it."""
    for folder in ("web", "mail"):
        for template in sorted((PACKAGE / folder / "templates").iterdir()):
            yield template, babel_extract
    for module in sorted(PACKAGE.rglob("*.py")):
        yield module, "python"


def wanted(language: str) -> Catalog:
    """Return every sentence, with the translations that the catalog of a language has now."""
    path = FOLDER / f"{language}.po"
    with BytesIO(path.read_bytes() if path.exists() else b"") as file:
        known = read_po(file, locale=language)
    catalog = Catalog(locale=language, fuzzy=False)
    for source, method in sources():
        with source.open("rb") as file:
            for _, sentence, _, _ in extract(method, file, MARKS, options=LIKE_THE_PAGES):
                there = known.get(sentence if isinstance(sentence, str) else sentence[0])
                place = (source.relative_to(PACKAGE).as_posix(), 1)
                catalog.add(sentence, there.string if there and there.id == sentence else None, [place])
    return catalog


def as_text(catalog: Catalog) -> str:
    """Return a catalog as a file: in the order of the sentences, and without what changes by itself."""
    body = BytesIO()
    write_po(body, catalog, width=120, omit_header=True, sort_output=True, include_lineno=False)
    return HEADER.format(language=catalog.locale, plural_forms=catalog.plural_forms) + body.getvalue().decode()


def untranslated(catalog: Catalog) -> list[str]:
    """Return the sentences that lack a translation, or a plural of it."""
    return [
        str(message.id)
        for message in catalog
        if message.id and not all(message.string if isinstance(message.string, tuple) else (message.string,))
    ]


def main() -> int:
    """Write the catalogs, or compare them in full."""
    is_wrong = False
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        path = FOLDER / f"{language}.po"
        catalog = wanted(language)
        if "--check" not in sys.argv[1:]:
            path.write_text(as_text(catalog), encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != as_text(catalog):
            is_wrong = True
            print(f"{path.relative_to(ROOT)} is stale. Run: python tools/write_catalogs.py", file=sys.stderr)
        for sentence in untranslated(catalog):
            is_wrong = True
            print(f"{path.relative_to(ROOT)} lacks a translation of: {sentence}", file=sys.stderr)
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
