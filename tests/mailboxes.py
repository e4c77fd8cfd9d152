"""Mailboxes without a network: a writer and a mailer that keep what they are given."""

from __future__ import annotations

from dataclasses import replace

from gatewright.errors import MailUnavailableError
from gatewright.model import Mail


class Mailboxes:
    """Keeps every mail, in order; or loses every mail, where it is closed."""

    def __init__(self):
        self.mails = []
        self.written = []
        self.codes = []
        self.tries = 0
        self.wakes = 0
        self.trouble = None

    def serve(self, auth):
        """Take over the mails of an application, and return it."""
        target = vars(auth).get("_target", auth)
        target._parts = replace(target._parts, mailer=self, writer=self, wake_mail_worker=lambda: self.wake())
        return auth

    def close(self, trouble=None):
        """Refuse every mail from now on."""
        self.trouble = trouble or MailUnavailableError("The mail server is down.")

    def open(self):
        """Take mails again."""
        self.trouble = None

    def write(self, mail, *, link, hours, code=None):
        """Write the link and nothing else."""
        self.written.append((mail, link, hours))
        self.codes.append(code)
        return Mail(to=mail.email, subject=mail.kind, text=link, html="")

    def send(self, mail):
        """Keep a mail."""
        self.tries += 1
        if self.trouble is not None:
            raise self.trouble
        self.mails.append(mail)

    def kinds(self):
        """Every mail so far, as its kind and its reader."""
        return [(mail.subject, mail.to) for mail in self.mails]

    def links(self, kind=None):
        """The links of every mail so far, or of those of one kind."""
        return [mail.text for mail in self.mails if kind in (None, mail.subject)]

    def token(self):
        """The secret in the last mail's link."""
        return self.links()[-1].rpartition("/")[2]

    def wake(self):
        self.wakes += 1
