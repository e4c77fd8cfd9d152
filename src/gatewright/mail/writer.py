"""Mails from templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.errors import ConfigurationError
from gatewright.i18n import choose_language
from gatewright.model import Mail, QueuedMail

if TYPE_CHECKING:
    from gatewright.mail.environment import MailEnvironment


class TemplateWriter:
    """Writes mails in the language of their readers, from a template in text and one in HTML for each kind.

    The first line of the text is the subject. Needs ``gatewright[pages]``, but not before the first mail is written:
    most applications that use gatewright as a library never do.

    Args:
        site_name: What the mails call the site.
        skin: A folder whose subfolder ``mail`` holds templates, each of which replaces ours of that name.
    """

    def __init__(self, *, site_name: str, skin: Path | None = None) -> None:
        self._site_name = site_name
        self._skin = skin
        self._environments: dict[str, MailEnvironment] = {}

    def write(self, mail: QueuedMail, *, link: str | None, hours: int) -> Mail:
        """Write a queued mail in its language, or in English where that is none of ours.

        Args:
            mail: What to write, to whom.
            link: Where its link leads, secret included.
            hours: How long the link is good.

        Raises:
            ConfigurationError: If Jinja2 or Babel is not installed, or a template cannot be used.
        """
        language = choose_language(mail.language)
        environment = self._environment(language)
        values = {
            "site_name": self._site_name,
            "language": language,
            "email": mail.email,
            "link": link,
            "hours": hours,
        }
        first_line, _, text = environment.render(f"{mail.kind}.txt", values).strip().partition("\n")
        subject = "".join(character for character in " ".join(first_line.split()) if character.isprintable())
        html = environment.render(f"{mail.kind}.html", values | {"subject": subject})
        return Mail(to=mail.email, subject=subject, text=f"{text.strip()}\n", html=html)

    def _environment(self, language: str) -> MailEnvironment:
        if language not in self._environments:
            try:
                from gatewright.mail.environment import MailEnvironment
            except ModuleNotFoundError as error:
                raise ConfigurationError("Mails need Jinja2: pip install 'gatewright[pages]'.") from error
            self._environments[language] = MailEnvironment(language, skin=self._skin)
        return self._environments[language]
