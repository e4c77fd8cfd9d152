"""Which mailer a URL asks for, and what a bad URL says: the cure, never the password."""

from __future__ import annotations

import pytest

from gatewright.errors import ConfigurationError
from gatewright.mail import ConsoleMailer, mailer_from_url
from gatewright.mail.smtp import SMTPMailer
from gatewright.mail.smtp_server import TLS, read_smtp_url
from gatewright.model import Mail
from gatewright.settings import load_settings


def test_the_console_is_the_default():
    """A machine without configuration prints its mails."""
    assert isinstance(mailer_from_url(load_settings()), ConsoleMailer)


@pytest.mark.parametrize("url", ["smtp://localhost", "SMTP://localhost:2525", "smtps://localhost"])
def test_smtp_is_asked_for_by_its_scheme(url):
    """With or without TLS from the start."""
    assert isinstance(mailer_from_url(load_settings(mail_url=url)), SMTPMailer)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "username", "password"),
    [
        ("smtp://mx.example", "mx.example", 25, TLS.OFFERED, None, ""),
        ("smtp://mx.example/", "mx.example", 25, TLS.OFFERED, None, ""),
        ("smtp://mx.example:2525?tls=required", "mx.example", 2525, TLS.REQUIRED, None, ""),
        ("smtp://shop:secret@mx.example:587", "mx.example", 587, TLS.OFFERED, "shop", "secret"),
        ("smtp://a%40b.c:p%2Fw%3A%40@mx.example?tls=none", "mx.example", 25, TLS.NONE, "a@b.c", "p/w:@"),
        ("smtps://mx.example", "mx.example", 465, TLS.FROM_START, None, ""),
        ("SMTPS://mx.example:4465", "mx.example", 4465, TLS.FROM_START, None, ""),
        ("smtp://[::1]:25", "::1", 25, TLS.OFFERED, None, ""),
        ("smtp://bücher.example", "xn--bcher-kva.example", 25, TLS.OFFERED, None, ""),
    ],
)
def test_what_a_url_says_of_the_server(url, host, port, tls, username, password):
    """Host, port, TLS, and as whom, with what is written as %XX."""
    server = read_smtp_url(url)

    assert (server.host, server.port, server.tls) == (host, port, tls)
    assert (server.username, server.password) == (username, password)
    assert "secret" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter2",
        "shop:hunter2@mx.example",
        "ftp://shop:hunter2@mx.example",
        "console:hunter2",
        "console",
        "smtp:hunter2",
        "smtp://",
        "smtp://shop:hunter2@",
        "smtp://shop:hunter2@:25",
        "smtp://shop:hunter2@mx.example:0",
        "smtp://shop:hunter2@mx.example:99999",
        "smtp://shop:hunter2/@mx.example",
        "smtp://shop:hunter2#@mx.example",
        "smtp://shop:hunter2?@mx.example",
        "smtp://shop:pass:word/hunter2@mx.example",
        "smtp://hunter2@mx.example",
        "smtp://:hunter2@mx.example",
        "smtp://shop:hunter2ü@mx.example",
        "smtp://shop:hunter2@[mx.example",
        "smtp://shop:hunter2@mx..example",
        f"smtp://shop:hunter2@{'x' * 64}.example",
        "smtp://shop:hunter2@mx.example/path",
        "smtp://shop:hunter2@mx.example?tls=offered",
        "smtp://shop:hunter2@mx.example?tls=from_start",
        "smtp://shop:hunter2@mx.example?tls=Required",
        "smtp://shop:hunter2@mx.example?tls=required&tls=none",
        "smtp://shop:hunter2@mx.example?tls=",
        "smtp://shop:hunter2@mx.example?ssl=required",
        "smtps://shop:hunter2@mx.example?tls=none",
        "smtps://shop:hunter2@mx.example?tls=required",
    ],
)
def test_a_bad_url_is_refused_with_the_cure_and_without_itself(url):
    """Anything in it may be the password, so nothing of it is quoted; not in the causes either."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_MAIL_URL must") as caught:
        mailer_from_url(load_settings(mail_url=url))

    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "sender",
    [
        "Shop",
        "Shop <>",
        "Shop, Inc <a@b.example>",
        "a@b.example, c@d.example",
        "Shop <a@b.example>\r\nBcc: c@d.example",
    ],
)
def test_a_sender_that_is_none_is_refused(sender):
    """Before the first mail, with an example of one that is."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_MAIL_FROM must be an address"):
        mailer_from_url(load_settings(mail_url="smtp://localhost", mail_from=sender))


def test_the_console_shows_the_text_and_does_nothing_to_the_terminal(capsys):
    """Recipient, subject and text with its link, on stderr; what a terminal would obey is shown escaped."""
    link = "https://shop.example/password-reset/secret"
    ConsoleMailer().send(
        Mail("alice@example.com", "A \x1b[31mred subject", f"Hello\x07 世界\n\n{link}\n", "<p>HTML</p>")
    )
    printed = capsys.readouterr()

    assert printed.out == ""
    lines = printed.err.splitlines()
    assert lines[1:6] == ["To: alice@example.com", r"Subject: A \x1b[31mred subject", "", r"Hello\x07 世界", ""]
    assert lines[6] == link
    assert "HTML" not in printed.err
