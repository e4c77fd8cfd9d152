"""Build an email as it is sent over the wire."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.mail.domains import ascii_domain
from gatewright.model import Mail

_SEVEN_BITS = SMTP.clone(cte_type="7bit")
"""Every server accepts such a message, even one without 8BITMIME (RFC 6152)."""

_ADDRESS = re.compile(r"[^\s\"(),:;<>@\[\\\]]+@[^\s\"(),:;<>@\[\\\]]+")
"""One RFC 5322 address without quotes, comments and groups, some of which Python's own parser accepts."""


def read_sender(value: str) -> Address:
    """Return the sender in a setting: ``Shop <noreply@shop.example>``, or the address alone.

    Raises:
        ConfigurationError: If it is not a sender.
    """
    try:
        ((name, address),) = getaddresses([value])
        sender = _address(address)
        return Address(_one_line(name), sender.username, sender.domain)
    except ValueError:
        raise ConfigurationError(
            "GATEWRIGHT_MAIL_FROM must be an address, with or without a name: Shop <noreply@shop.example>."
        ) from None


def read_recipient(value: str) -> Address:
    """Return the address in ``value``.

    Raises:
        InvalidParameterError: If it is anything other than a single address.
    """
    try:
        return _address(value)
    except ValueError:
        raise InvalidParameterError("The email's recipient must be a valid address.", parameter="to") from None


def build_message(mail: Mail, *, sender: Address, sent_at: datetime, message_id: str) -> EmailMessage:
    """Return an email's message: its text, and the same as HTML for readers who prefer that.

    Args:
        mail: The email to send.
        sender: Its sender.
        sent_at: The time in its ``Date``, aware.
        message_id: The unique part of its Message-ID, without domain.

    Raises:
        InvalidParameterError: If its address is invalid, or its subject is not one line: it could add headers.
    """
    message = EmailMessage(_SEVEN_BITS)
    message["From"] = sender
    message["To"] = read_recipient(mail.to)
    try:
        message["Subject"] = _one_line(mail.subject)
    except ValueError:
        raise InvalidParameterError("The email's subject must be one line of text.", parameter="subject") from None
    message["Date"] = sent_at
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _address(value: str) -> Address:
    """Return an address whose domain is in ASCII, which every server understands.

    Raises:
        ValueError: If ``value`` is not an address.
    """
    if not _ADDRESS.fullmatch(_one_line(value)):
        raise ValueError
    username, _, domain = value.partition("@")
    encoded = ascii_domain(domain)
    if encoded is None:
        raise ValueError
    return Address(username=username, domain=encoded)


def _one_line(value: str) -> str:
    """Return ``value`` if all its characters are printable.

    Raises:
        ValueError: If one is not, such as a line break.
    """
    if not value.isprintable():
        raise ValueError
    return value
