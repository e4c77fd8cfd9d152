"""A mail as it goes over the wire."""

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
"""Every server takes such a message, also one without 8BITMIME (RFC 6152)."""

_ADDRESS = re.compile(r"[^\s\"(),:;<>@\[\\\]]+@[^\s\"(),:;<>@\[\\\]]+")
"""One address of RFC 5322 without its rarities: quotes, comments, groups. Python's own parser lets some of them in."""


def read_sender(value: str) -> Address:
    """Return the sender that a setting names: ``Shop <noreply@shop.example>``, or the address alone.

    Raises:
        ConfigurationError: If it names none.
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
    """Return the one address that ``value`` is.

    Raises:
        InvalidParameterError: If it is none, or several, or more than an address.
    """
    try:
        return _address(value)
    except ValueError:
        raise InvalidParameterError("The mail's address is none that mails can be sent to.", parameter="to") from None


def build_message(mail: Mail, *, sender: Address, sent_at: datetime, message_id: str) -> EmailMessage:
    """Return the message of a mail: its text, and the same in HTML for readers who prefer that.

    Args:
        mail: What to send.
        sender: Who sends it.
        sent_at: The time in its ``Date``, aware.
        message_id: The unique part of its Message-ID, without domain.

    Raises:
        InvalidParameterError: If its address is not one, or its subject more than a line: it would add headers.
    """
    message = EmailMessage(_SEVEN_BITS)
    message["From"] = sender
    message["To"] = read_recipient(mail.to)
    try:
        message["Subject"] = _one_line(mail.subject)
    except ValueError:
        raise InvalidParameterError("The mail's subject must be one line of text.", parameter="subject") from None
    message["Date"] = sent_at
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: an absence note must not answer
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _address(value: str) -> Address:
    """Return an address whose domain is in ASCII, as every server understands it.

    Raises:
        ValueError: If ``value`` is no address.
    """
    if not _ADDRESS.fullmatch(_one_line(value)):
        raise ValueError
    username, _, domain = value.partition("@")
    encoded = ascii_domain(domain)
    if encoded is None:
        raise ValueError
    return Address(username=username, domain=encoded)


def _one_line(value: str) -> str:
    """Return ``value`` if every character can be seen.

    Raises:
        ValueError: If one ends the line or means something to machines only.
    """
    if not value.isprintable():
        raise ValueError
    return value
