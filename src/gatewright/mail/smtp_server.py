"""Which SMTP server, and how carefully."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from gatewright.errors import ConfigurationError
from gatewright.mail.domains import ascii_domain

_PORT, _TLS_PORT = 25, 465


class TLS(StrEnum):
    """When the connection is encrypted, and the server's certificate verified."""

    FROM_START = "from_start"
    """Before a word is said (RFC 8314)."""
    REQUIRED = "required"
    """By STARTTLS (RFC 3207); a server that does not offer it gets no mail."""
    OFFERED = "offered"
    """By STARTTLS where the server offers it. Without it a password is not sent, but a mail is."""
    NONE = "none"
    """Never: for a server on the same machine or a network of one's own."""


@dataclass(frozen=True, slots=True)
class SMTPServer:
    """A server that takes mails, and our account there."""

    host: str
    port: int
    tls: TLS
    username: str | None = None
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_smtp_url(url: str) -> SMTPServer:
    """Return the server that a URL names: ``smtp://[user:password@]host[:port][?tls=...]`` or ``smtps://...``.

    Raises:
        ConfigurationError: If it names none. The message never shows the URL, which may hold a password.
    """
    try:
        parts = urlsplit(url)
        return _server(parts, port=parts.port)
    except ValueError:  # its message may quote the password
        raise ConfigurationError(
            "GATEWRIGHT_MAIL_URL must be smtp://user:password@host:port, with user and password only where the server "
            "asks for them, in ASCII, and %XX for each of their characters that means something in a URL, such as "
            "%40 for @. Behind it ?tls=required or ?tls=none may follow; smtps:// is TLS from the start."
        ) from None


def _server(parts: SplitResult, *, port: int | None) -> SMTPServer:
    """Return the server of a URL's parts.

    Raises:
        ValueError: If they are not those of a server.
    """
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    host = parts.hostname or ""
    host = host if ":" in host else ascii_domain(host) or ""  # an IPv6 address stays as it is
    is_server = bool(host) and port != 0 and bool(username) == bool(password) and (username + password).isascii()
    if not is_server or parts.path not in {"", "/"} or parts.fragment:
        raise ValueError
    starts_with_tls = parts.scheme == "smtps"
    return SMTPServer(
        host=host,
        port=port or (_TLS_PORT if starts_with_tls else _PORT),
        tls=TLS.FROM_START if starts_with_tls and not parts.query else _tls_in(parts),
        username=username or None,
        password=password,
    )


def _tls_in(parts: SplitResult) -> TLS:
    """Return what a URL's query asks for.

    Raises:
        ValueError: If it asks for anything else than two words, or contradicts the scheme.
    """
    if not parts.query:
        return TLS.OFFERED
    ((name, value),) = parse_qsl(parts.query, strict_parsing=True)
    tls = TLS(value)
    if parts.scheme != "smtp" or name != "tls" or tls not in {TLS.REQUIRED, TLS.NONE}:
        raise ValueError
    return tls
