"""Hand emails over to an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gatewright.errors import MailUnavailableError
from gatewright.mail.message import build_message, read_sender
from gatewright.mail.smtp_server import TLS, SMTPServer
from gatewright.model import Mail
from gatewright.ports import Clock, Random
from gatewright.system import SystemClock, SystemRandom

_PATIENCE = 10.0
"""Time-out for connecting, and for each response, in seconds."""

_LONGEST_REPLY = 200


class SMTPMailer:
    """Hands emails over to an SMTP server, each over its own connection.

    Certificates and host names are verified against the system's certificate authorities (``SSL_CERT_FILE`` specifies
    others). A password is never sent unencrypted, except with ``TLS.NONE``.

    Args:
        server: The server.
        sender: The sender of the emails: ``Shop <noreply@shop.example>``.
        clock: A clock other than the machine's, for tests.
        random: A source of randomness other than the system's, for tests.

    Raises:
        ConfigurationError: If the sender is not a valid address.
    """

    def __init__(
        self, server: SMTPServer, *, sender: str, clock: Clock | None = None, random: Random | None = None
    ) -> None:
        self._server = server
        self._sender = read_sender(sender)
        self._clock = clock or SystemClock()
        self._random = random or SystemRandom()

    def send(self, mail: Mail) -> None:
        """Hand an email over. When this returns, the server has accepted it.

        Raises:
            MailUnavailableError: If the server cannot be reached or trusted, or refuses. The message says why.
            InvalidParameterError: If the address or the subject could add headers or recipients.
        """
        message_id = self._random.token_bytes(16).hex()
        message = build_message(mail, sender=self._sender, sent_at=self._clock.now(), message_id=message_id)
        try:
            with _connection(self._server) as connection:
                connection.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            # Without the cause: it contains what was sent to the server, including the password.
            raise MailUnavailableError(f"The mail server {self._server} {_reason(error)}.") from None


@contextmanager
def _connection(server: SMTPServer) -> Iterator[smtplib.SMTP]:
    """Open a connection, encrypted and authenticated as the server's record specifies."""
    tls = ssl.create_default_context()
    if server.tls is TLS.FROM_START:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE, context=tls)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_PATIENCE)
    try:
        if server.tls in {TLS.REQUIRED, TLS.OFFERED}:
            _encrypt(connection, server, tls)
        if server.username is not None:
            connection.login(server.username, server.password)
        yield connection
    finally:
        # Once the server has accepted an email, an error while closing the connection does not matter.
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()


def _encrypt(connection: smtplib.SMTP, server: SMTPServer, tls: ssl.SSLContext) -> None:
    connection.ehlo_or_helo_if_needed()
    if connection.has_extn("starttls"):
        connection.starttls(context=tls)
    elif server.tls is TLS.REQUIRED or server.username is not None:
        raise MailUnavailableError(
            f"The mail server {server} does not offer STARTTLS. Use its smtps:// port or, if nobody can eavesdrop, "
            "append ?tls=none to GATEWRIGHT_MAIL_URL."
        )


def _reason(error: smtplib.SMTPException | OSError) -> str:
    """Return in one line why an email was not handed over, without what was sent."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"does not accept the username and password ({error.smtp_code})"
        case smtplib.SMTPRecipientsRefused():
            ((code, reply),) = error.recipients.values()
            return f"refuses the address: {code} {_readable(reply)}"
        case smtplib.SMTPResponseException():
            return f"refuses: {error.smtp_code} {_readable(error.smtp_error)}"
        case ssl.SSLCertVerificationError():
            return f"has a certificate that cannot be trusted: {error.verify_message}"
        case smtplib.SMTPException():
            return f"violated the protocol: {_readable(str(error))}"
        case TimeoutError():
            return f"did not respond within {_PATIENCE:g} seconds"
        case _:
            return f"cannot be reached: {error.strerror or type(error).__name__}"


def _readable(reply: bytes | str) -> str:
    """Return a server's reply as one short line without control characters."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    words = " ".join(text.split())[:_LONGEST_REPLY].rstrip(".")
    return "".join(character for character in words if character.isprintable())
