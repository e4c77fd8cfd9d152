"""The templates of emails in one language. Needs Jinja2 and Babel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    select_autoescape,
)

from gatewright.errors import ConfigurationError
from gatewright.i18n import translations_for

_OURS = Path(__file__).with_name("templates")


class MailEnvironment:
    """Templates rendered in one language. Values are escaped in HTML and left unchanged in text.

    Args:
        language: The language's code.
        skin: A folder whose subfolder ``mail`` takes precedence over ours; ``gatewright/layout.html`` is always ours.
        folders: The methods' own template folders.
    """

    def __init__(self, language: str, *, skin: Path | None, folders: Sequence[Path] = ()) -> None:
        ours = FileSystemLoader([_OURS, *folders])
        own = [] if skin is None else [FileSystemLoader(skin / "mail")]
        self._templates = Environment(
            loader=ChoiceLoader([PrefixLoader({"gatewright": ours}), *own, ours]),
            extensions=["jinja2.ext.i18n"],
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        translations = translations_for(language, skin=skin)
        self.translate = translations.gettext
        self._templates.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # which the extension adds

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """Return the rendered text of a template.

        Raises:
            ConfigurationError: If there is no such template, or it has an error.
        """
        try:
            return self._templates.get_template(name).render(values)
        except TemplateNotFound as error:
            raise ConfigurationError(f"The email template {name} cannot be used: {error.name!r} not found.") from error
        except TemplateError as error:
            place = f"{error.name}, line {error.lineno}" if isinstance(error, TemplateSyntaxError) else name
            raise ConfigurationError(f"The email template {place} cannot be used: {error.message}.") from error
