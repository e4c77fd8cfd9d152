"""Parse the URL of an SMTP server."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from gatewright.errors import ConfigurationError
from gatewright.mail.domains import ascii_domain

_PORT, _TLS_PORT = 25, 465


class TLS(StrEnum):
    """When the connection is encrypted and the server's certificate verified."""

    FROM_START = "from_start"
    """Before the first command (RFC 8314)."""
    REQUIRED = "required"
    """With STARTTLS (RFC 3207); a server that does not offer it gets no email."""
    OFFERED = "offered"
    """With STARTTLS if the server offers it. If not, emails are sent, but no password."""
    NONE = "none"
    """Never: for a server on the same machine or a private network."""


@dataclass(frozen=True, slots=True)
class SMTPServer:
    """A server that accepts emails, and our account on it."""

    host: str
    port: int
    tls: TLS
    username: str | None = None
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_smtp_url(url: str) -> SMTPServer:
    """Return the server in a URL: ``smtp://[user:password@]host[:port][?tls=...]`` or ``smtps://...``.

    Raises:
        ConfigurationError: If it is not such a URL. The message never shows the URL, which may contain a password.
    """
    try:
        parts = urlsplit(url)
        return _server(parts, port=parts.port)
    except ValueError:  # its message may quote the password
        raise ConfigurationError(
            "GATEWRIGHT_MAIL_URL must be smtp://user:password@host:port. Give the user and password, in ASCII, only if "
            "the server requires them, and write each character that has a meaning in a URL as %XX, such as %40 for @. "
            "Optionally append ?tls=required or ?tls=none; smtps:// uses TLS from the start."
        ) from None


def _server(parts: SplitResult, *, port: int | None) -> SMTPServer:
    """Return the server in a URL's parts.

    Raises:
        ValueError: If the parts are invalid.
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
    """Return the TLS mode in a URL's query.

    Raises:
        ValueError: If it is anything other than the two allowed values, or contradicts the scheme.
    """
    if not parts.query:
        return TLS.OFFERED
    ((name, value),) = parse_qsl(parts.query, strict_parsing=True)
    tls = TLS(value)
    if parts.scheme != "smtp" or name != "tls" or tls not in {TLS.REQUIRED, TLS.NONE}:
        raise ValueError
    return tls
