"""Writing and sending emails."""

from __future__ import annotations

from typing import Protocol

from gatewright.model import Mail, QueuedMail


class Mailer(Protocol):
    """Sends emails. A plain function of the application's, called on a thread where it may block."""

    def send(self, mail: Mail) -> None:
        """Send an email.

        Raises:
            MailUnavailableError: If it could not be handed over; it will be retried.
        """
        ...


class Writer(Protocol):
    """Writes emails."""

    def write(self, mail: QueuedMail, *, link: str | None, hours: int, code: str | None = None) -> Mail:
        """Write a queued email in its language.

        Args:
            mail: What to write, to whom.
            link: Where its link leads, secret included.
            hours: How long the link is valid.
            code: The code that the recipient must enter, in a method's own email.
        """
        ...
