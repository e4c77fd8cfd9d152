"""Write emails from templates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gatewright.devices import device_name
from gatewright.errors import ConfigurationError
from gatewright.i18n import choose_language, format_moment
from gatewright.model import Mail, QueuedMail, as_utc

if TYPE_CHECKING:
    from gatewright.mail.environment import MailEnvironment


class TemplateWriter:
    """Writes emails in their readers' language, from a text template and an HTML template for each kind.

    The first line of the text is the subject. Needs ``gatewright[pages]``, but only once the first email is written:
    most applications that use gatewright as a library never write one.

    Args:
        site_name: The site's name in the emails.
        has_passwords: Whether the site has passwords at all.
        skin: A folder whose subfolder ``mail`` contains templates, each of which replaces ours of the same name.
        folders: The template folders of the methods' own emails.
    """

    def __init__(
        self, *, site_name: str, has_passwords: bool = True, skin: Path | None = None, folders: Sequence[Path] = ()
    ) -> None:
        self._site_name = site_name
        self._has_passwords = has_passwords
        self._skin = skin
        self._folders = folders
        self._environments: dict[str, MailEnvironment] = {}

    def write(self, mail: QueuedMail, *, link: str | None, hours: int, code: str | None = None) -> Mail:
        """Write a queued email in its language, or in English if we do not have that language.

        Args:
            mail: The queued email.
            link: The URL of its link, including the secret.
            hours: How long the link is valid.
            code: The code that the reader is to enter, in a method's own email.

        Raises:
            ConfigurationError: If Jinja2 or Babel is not installed, or a template cannot be used.
        """
        language = choose_language(mail.language)
        environment = self._environment(language)
        values = {
            "site_name": self._site_name,
            "has_passwords": self._has_passwords,
            "language": language,
            "email": mail.email,
            "link": link,
            "hours": hours,
            "code": code,
            "happened": self._happened(mail, environment, language),
        }
        first_line, _, text = environment.render(f"{mail.kind}.txt", values).strip().partition("\n")
        subject = "".join(character for character in " ".join(first_line.split()) if character.isprintable())
        html = environment.render(f"{mail.kind}.html", values | {"subject": subject})
        return Mail(to=mail.email, subject=subject, text=f"{text.strip()}\n", html=html)

    @staticmethod
    def _happened(mail: QueuedMail, environment: MailEnvironment, language: str) -> dict[str, str | None]:
        """Return when, from where and by which method the event that a notice reports happened."""
        details = json.loads(mail.details or "{}")
        method, due_at = details.get("method"), details.get("due_at")
        is_from_somewhere = details.get("ip_address") or details.get("user_agent")
        return {
            "moment": format_moment(as_utc(mail.created_at), language),
            "ip_address": details.get("ip_address"),
            "device": device_name(details.get("user_agent"), environment.translate) if is_from_somewhere else None,
            "method": None if method is None else environment.translate(method),
            "ended": details.get("ended"),
            "due": None if due_at is None else format_moment(datetime.fromisoformat(due_at), language),
        }

    def _environment(self, language: str) -> MailEnvironment:
        if language not in self._environments:
            try:
                from gatewright.mail.environment import MailEnvironment
            except ModuleNotFoundError as error:
                raise ConfigurationError("Emails need Jinja2: pip install 'gatewright[pages]'.") from error
            self._environments[language] = MailEnvironment(language, skin=self._skin, folders=self._folders)
        return self._environments[language]
