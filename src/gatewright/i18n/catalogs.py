"""What our sentences are in other languages.

The catalogs are the ``.po`` files in ``locale/``, which people can read and tools can merge. Each is compiled in
memory when its language is first asked for.
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
    from babel.support import Translations

FOLDER = Path(__file__).with_name("locale")


@cache
def translations_for(language: str, *, skin: Path | None = None) -> Translations:
    """Return the catalog of a language; what it lacks comes out in English.

    Args:
        language: One of `LANGUAGES`.
        skin: A folder whose ``locale/es.po``, for instance, goes before ours, with an application's own sentences.

    Raises:
        ConfigurationError: If the language is not one of ours, a catalog cannot be read, or Babel is not installed.
    """
    if language not in LANGUAGES:
        raise ConfigurationError(f"There is no catalog of {language!r}. There are: {', '.join(LANGUAGES)}.")
    with needs_babel():
        from babel.support import Translations
    translations = Translations() if language == SOURCE_LANGUAGE else _read(FOLDER / f"{language}.po", language)
    own = None if skin is None else skin / "locale" / f"{language}.po"
    if own is not None and own.is_file():
        translations.merge(_read(own, language))
    return translations


def _read(file: Path, language: str) -> Translations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po
    from babel.support import Translations

    compiled = BytesIO()
    try:
        with file.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language, abort_invalid=True))
    except PoFileError as error:
        raise ConfigurationError(f"The catalog {file} cannot be read: see line {error.lineno + 1}.") from error
    compiled.seek(0)
    return Translations(compiled)
