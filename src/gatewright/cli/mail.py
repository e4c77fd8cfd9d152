"""``gatewright mail``: list queued emails, deliver them, and test the mail server."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import Annotated

import typer

from gatewright.auth import Auth
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, note, write_json, write_table
from gatewright.mail import mailer_from_url
from gatewright.model import Mail, QueuedMail
from gatewright.settings import Settings, load_settings

_COLUMNS = ("id", "kind", "email", "created_at", "due_at", "tries", "error")


def list_queued_mails(as_json: AsJson = False) -> None:
    """List the queued emails, oldest first.

    Shows why the last try failed.
    """
    with Auth() as auth:
        mails = auth.list_queued_mails()
    if as_json:
        write_json({"mails": [asdict(mail) for mail in mails]})
    elif mails:
        write_table(_COLUMNS, [_cells_of(mail) for mail in mails])
    else:
        note("No emails are queued.")


def deliver_mails(as_json: AsJson = False) -> None:
    """Send the emails that are due.

    The exit code is 1 if any could not be sent. An email that failed is tried again when it is due. Run this from cron
    if GATEWRIGHT_MAIL_DELIVERY=command.
    """
    with Auth() as auth:
        tries_before = {mail.id: mail.tries for mail in auth.list_queued_mails()}
        sent = auth.deliver_mails()
        mails = auth.list_queued_mails()
    failed = sum(mail.tries > tries_before.get(mail.id, 0) for mail in mails)
    if as_json:
        write_json({"sent": sent, "failed": failed, "waiting": len(mails)})
    else:
        print(f"Emails: {sent} sent, {failed} failed, {len(mails)} waiting.")
    if failed:
        raise typer.Exit(ExitCode.NO)


def send_test_mail(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where to send it, such as your own address.")],
) -> None:
    """Send a test email, using the mail settings."""
    settings = load_settings()
    mailer_from_url(settings).send(_test_mail(address, settings))
    print(f"The test email to {address} has been handed over.")


def _test_mail(address: str, settings: Settings) -> Mail:
    text = f"This is a test. Email from {settings.site_name} arrives."
    return Mail(to=address, subject="Test email from gatewright", text=f"{text}\n", html=f"<p>{escape(text)}</p>\n")


def _cells_of(mail: QueuedMail) -> list[str]:
    moments = {name: getattr(mail, name).isoformat(timespec="seconds") for name in ("created_at", "due_at")}
    fields = asdict(mail) | moments
    return ["" if fields[column] is None else str(fields[column]) for column in _COLUMNS]
