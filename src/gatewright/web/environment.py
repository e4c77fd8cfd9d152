"""The templates of the pages in one language. Jinja2 escapes every value; nothing is ever marked safe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from gatewright.devices import device_name
from gatewright.i18n import LANGUAGES, format_moment, translations_for
from gatewright.model import as_utc
from gatewright.qr import qr_svg


def environments(*, skin: Path | None, folders: tuple[Path, ...] = ()) -> Callable[[str], Environment]:
    """Return a function from a language to its template environment, in which a skin's templates take precedence.

    ``gatewright/login.html`` is always the built-in one, so that a skin's ``login.html`` can extend it. There is one
    environment per language, since translations are looked up once, when a template is compiled. Sites without a skin
    share environments.

    Args:
        skin: A folder of templates.
        folders: The methods' template folders.
    """
    return _ours_with(folders) if skin is None else cache(partial(_make, skin=skin, folders=folders))


def _make(language: str, *, skin: Path | None, folders: tuple[Path, ...]) -> Environment:
    ours = ChoiceLoader([PackageLoader("gatewright.web"), *map(FileSystemLoader, folders)])
    own = [] if skin is None else [FileSystemLoader(skin)]
    translations = translations_for(language, skin=skin)
    environment = Environment(
        loader=ChoiceLoader([PrefixLoader({"gatewright": ours}), *own, ours]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined] # jinja2.ext.i18n adds it
        translations, newstyle=True
    )
    environment.globals |= {"language": language, "languages": LANGUAGES, "version": version("gatewright")}
    environment.filters["qr"] = qr_svg
    environment.filters |= {
        "device": lambda user_agent: device_name(user_agent, translations.gettext),
        "iso": lambda moment: as_utc(moment).isoformat(),
        "moment": lambda moment: _written(moment, language),
        "translated": translations.gettext,
    }
    return environment


def _written(moment: datetime, language: str) -> str:
    return format_moment(as_utc(moment), language)


@cache
def _ours_with(folders: tuple[Path, ...]) -> Callable[[str], Environment]:
    return cache(partial(_make, skin=None, folders=folders))
