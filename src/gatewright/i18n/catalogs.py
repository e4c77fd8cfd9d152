"""Translations of our texts.

The catalogs are the ``.po`` files in ``locale/``, which people can read and tools can merge. Each is compiled in memory
when its language is first used.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.errors import ConfigurationError
from gatewright.i18n.languages import LANGUAGES, SOURCE_LANGUAGE
from gatewright.i18n.needs_babel import needs_babel

if TYPE_CHECKING:
    from babel.messages import Catalog
    from babel.support import Translations

FOLDER = Path(__file__).with_name("locale")


@cache
def translations_for(language: str, *, skin: Path | None = None) -> Translations:
    """Return the catalog of a language; texts that it lacks are shown in English.

    Args:
        language: One of `LANGUAGES`.
        skin: A folder whose catalogs, such as ``locale/es.po``, take precedence over ours, for an application's texts.

    Raises:
        ConfigurationError: If the language is not one of ours, a catalog cannot be read, or Babel is not installed.
    """
    if language not in LANGUAGES:
        raise ConfigurationError(f"There is no catalog for {language!r}. The languages are: {', '.join(LANGUAGES)}.")
    with needs_babel():
        from babel.support import Translations
    translations = Translations() if language == SOURCE_LANGUAGE else _read(FOLDER / f"{language}.po", language)
    own_file = None if skin is None else skin / "locale" / f"{language}.po"
    if own_file is None or not own_file.is_file():
        return translations
    own = _read(own_file, language)
    own.add_fallback(translations)  # not merged: each has its own rule for plurals
    return own


def _read(file: Path, language: str) -> Translations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po
    from babel.support import Translations

    try:
        with file.open("rb") as source:
            catalog = read_po(source, locale=language, abort_invalid=True)
    except PoFileError as error:
        raise ConfigurationError(f"The catalog {file} cannot be read: see line {error.lineno + 1}.") from error
    _check_plurals(catalog, file)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def _check_plurals(catalog: Catalog, file: Path) -> None:
    """Refuse plurals without an explicit rule: the one that Babel would assume depends on its version."""
    plurals = {message.id[0]: tuple(message.string or ()) for message in catalog if message.pluralizable}
    translated = {sentence: forms for sentence, forms in plurals.items() if any(forms)}
    if translated and b"plural-forms:" not in file.read_bytes().lower():
        raise ConfigurationError(
            f"The catalog {file} has plurals but no rule for choosing them. Add a line like "
            f'"Plural-Forms: {catalog.plural_forms}\\n" to its header.'
        )
    for sentence, forms in translated.items():
        if len(forms) != catalog.num_plurals or not all(forms):
            raise ConfigurationError(
                f"The catalog {file} lacks a plural form of {sentence!r}: its header declares "
                f"{catalog.num_plurals}, msgstr[0] to msgstr[{catalog.num_plurals - 1}]."
            )
