"""Writing mails and sending them."""

from __future__ import annotations

from typing import Protocol

from gatewright.model import Mail, QueuedMail


class Mailer(Protocol):
    """Sends mails. A plain function of the application's, called on a thread where it may take its time."""

    def send(self, mail: Mail) -> None:
        """Send a mail.

        Raises:
            MailUnavailableError: If it could not be handed over; it will be tried again.
        """
        ...


class Writer(Protocol):
    """Writes mails."""

    def write(self, mail: QueuedMail, *, link: str | None, hours: int, code: str | None = None) -> Mail:
        """Write a queued mail in its language.

        Args:
            mail: What to write, to whom.
            link: Where its link leads, secret included.
            hours: How long the link is good.
            code: What its reader is to type, in a method's own mail.
        """
        ...
