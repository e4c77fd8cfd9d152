"""Select the mailer that the settings ask for."""

from __future__ import annotations

from gatewright.errors import ConfigurationError
from gatewright.mail.console import ConsoleMailer
from gatewright.mail.smtp_server import read_smtp_url
from gatewright.ports import Mailer
from gatewright.settings import Settings


def mailer_from_url(settings: Settings) -> Mailer:
    """Return the mailer that ``mail_url`` specifies, with ``mail_from`` as the sender.

    Raises:
        ConfigurationError: If either is invalid. The message never shows the URL, which may contain a password.
    """
    url = settings.mail_url.get_secret_value()
    if url in {"console:", "console://"}:
        return ConsoleMailer()
    if not url.lower().startswith(("smtp:", "smtps:")):
        raise ConfigurationError(
            "GATEWRIGHT_MAIL_URL must begin with console:, smtp:// or smtps://; "
            "for instance smtp://user:password@mail.example.com:587."
        )
    server = read_smtp_url(url)
    # Imported here because it takes a hundred times as long as creating the console mailer.
    from gatewright.mail.smtp import SMTPMailer

    return SMTPMailer(server, sender=settings.mail_from)
