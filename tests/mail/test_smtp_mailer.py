"""Mails over SMTP, to a real server: encrypted, authenticated, refused, and never more than they should be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC
from urllib.parse import quote

import pytest

from free_ports import free_port
from gatewright.errors import InvalidParameterError, MailUnavailableError
from gatewright.mail import mailer_from_url
from gatewright.mail.smtp import SMTPMailer
from gatewright.mail.smtp_server import read_smtp_url
from gatewright.model import Mail
from gatewright.settings import load_settings
from gatewright.system import SystemClock
from gatewright.testing import FrozenClock, SeededRandom
from mail_servers import PASSWORD, USER, let_in

MAIL = Mail("alice@example.com", "A subject", "A text\n", "<p>A text</p>\n")
CREDENTIALS = f"{quote(USER)}:{quote(PASSWORD, safe='')}@"


def mailer(url, **settings):
    return mailer_from_url(load_settings(mail_url=url, **settings))


def test_a_mail_arrives_in_text_and_html(mail_server):
    """With the headers that a mail should have, from the sender of the settings to one recipient."""
    mailer(mail_server.url(), mail_from="Shop <no-reply@shop.example>").send(MAIL)
    message = mail_server.mailbox.messages[0]
    envelope, _ = mail_server.mailbox.envelopes[0]

    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@shop.example", ["alice@example.com"])
    assert message["From"] == "Shop <no-reply@shop.example>"
    assert (message["To"], message["Subject"]) == ("alice@example.com", "A subject")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().splitlines() == ["A text"]
    assert message.get_body(("html",)).get_content().splitlines() == ["<p>A text</p>"]
    assert message.get_content_type() == "multipart/alternative"


def test_date_and_message_id_come_from_clock_and_randomness(mail_server):
    """Both are what the ports say; no two mails have the same identity."""
    clock, random = FrozenClock(), SeededRandom("mails")
    sender = SMTPMailer(read_smtp_url(mail_server.url()), sender="no-reply@shop.example", clock=clock, random=random)
    sender.send(MAIL)
    sender.send(MAIL)
    first, second = mail_server.mailbox.messages

    assert first["Date"].datetime == clock.now().replace(microsecond=0)
    assert first["Date"].datetime.tzinfo == UTC
    assert first["Message-ID"].endswith("@shop.example>")
    assert first["Message-ID"] != second["Message-ID"]


def test_a_mail_goes_to_no_others_domain(mail_server):
    """``ß`` and ``ss`` are two domains, whatever Python's own codec makes of them."""
    mailer(mail_server.url()).send(replace(MAIL, to="alice@straße.example"))

    assert mail_server.mailbox.envelopes[0][0].rcpt_tos == ["alice@xn--strae-oqa.example"]


def test_the_machines_clock_is_the_default(mail_server):
    """Without a clock of its own, a mail carries today's date."""
    before = SystemClock().now().replace(microsecond=0)
    mailer(mail_server.url()).send(MAIL)

    assert before <= mail_server.mailbox.messages[0]["Date"].datetime <= SystemClock().now()


def test_every_script_arrives(mail_server):
    """Subject, text, names and domains in other letters come out as they went in, over seven bits."""
    text = "Schöne Grüße\nhttps://example.com/" + "x" * 2000 + "\n日本語 🦊\n.\n..\n"
    mail = Mail("ali@bücher.example", "Straße 日本語 🦊 " * 12, text, "<p>日本語</p>\n")
    mailer(mail_server.url(), mail_from='"Läden, 東京 & Co" <no-reply@läden.example>').send(mail)
    envelope, _ = mail_server.mailbox.envelopes[0]
    message = mail_server.mailbox.messages[0]

    assert envelope.content.isascii()
    assert envelope.rcpt_tos == ["ali@xn--bcher-kva.example"]
    assert message["Subject"].strip() == mail.subject.strip()
    assert message["From"].addresses[0].display_name == "Läden, 東京 & Co"
    assert message["From"].addresses[0].addr_spec == "no-reply@xn--lden-loa.example"
    assert message.get_body(("plain",)).get_content().splitlines() == text.splitlines()
    assert message.get_body(("html",)).get_content().splitlines() == ["<p>日本語</p>"]


def test_an_international_mailbox_is_reached_where_the_server_can(mail_server, start_mail_server):
    """A local part in other letters needs SMTPUTF8; a server without it is told of, not confused."""
    mail = Mail("jörg@example.com", "A subject", "A text\n", "<p>A text</p>\n")
    mailer(mail_server.url()).send(mail)
    old = start_mail_server()

    assert mail_server.mailbox.envelopes[0][0].rcpt_tos == ["jörg@example.com"]
    with pytest.raises(MailUnavailableError, match="SMTPUTF8"):
        mailer(old.url()).send(mail)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "@example.com",
        "alice@",
        "alice@example.com, mallory@example.com",
        "alice@example.com;mallory@example.com",
        "<alice@example.com>",
        "alice@example.com (me)",
        "a b@example.com",
        "alice@example.com\r\nBcc: mallory@example.com",
        "alice@example.com\nBcc: mallory@example.com",
        "alice@example.com\x00",
        "alice@example.com\u2028",
        "alice@bad..example",
        f"alice@{'x' * 64}.example",
        "alice@example.com> SIZE=1",
    ],
)
def test_what_is_no_single_address_is_refused(mail_server, address):
    """Nobody slips a header, a command or a second recipient in by an address."""
    with pytest.raises(InvalidParameterError, match="address"):
        mailer(mail_server.url()).send(Mail(address, "A subject", "A text", "<p>A text</p>"))

    assert mail_server.mailbox.envelopes == []


@pytest.mark.parametrize("subject", ["A\r\nBcc: m@example.com", "A\nB", "A\rB", "A\x00B", "A\u2028B", "A\x85B"])
def test_a_subject_is_one_line(mail_server, subject):
    """Nobody slips a header in by a subject."""
    with pytest.raises(InvalidParameterError, match="subject"):
        mailer(mail_server.url()).send(Mail("alice@example.com", subject, "A text", "<p>A text</p>"))

    assert mail_server.mailbox.envelopes == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("query", ["", "?tls=required"])
def test_tls_is_used_where_it_is_offered(start_mail_server, make_tls, query):
    """STARTTLS with a certificate that verifies; the user and the password go through it."""
    server = start_mail_server(tls_context=make_tls(), require_starttls=True, auth_required=True, authenticator=let_in)
    mailer(server.url(user=CREDENTIALS, query=query)).send(MAIL)
    _, session = server.mailbox.envelopes[0]

    assert session.ssl is not None
    assert session.authenticated


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_start(start_mail_server, make_tls):
    """By smtps://, not a word is said before."""
    server = start_mail_server(ssl=make_tls())
    mailer(server.url("smtps")).send(MAIL)

    assert server.mailbox.messages[0]["Subject"] == "A subject"


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_of_a_stranger_is_refused(start_mail_server, make_tls, scheme):
    """Nobody in between reads a mail: it is not sent, and the message says why."""
    tls = {"ssl": make_tls()} if scheme == "smtps" else {"tls_context": make_tls()}
    server = start_mail_server(**tls)

    with pytest.raises(MailUnavailableError, match="certificate that cannot be trusted"):
        mailer(server.url(scheme)).send(MAIL)
    assert server.mailbox.envelopes == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_for_another_host_is_refused(start_mail_server, make_tls, scheme):
    """It must be this server's."""
    tls = make_tls("elsewhere.example")
    server = start_mail_server(**({"ssl": tls} if scheme == "smtps" else {"tls_context": tls}))

    with pytest.raises(MailUnavailableError, match="certificate"):
        mailer(server.url(scheme)).send(MAIL)
    assert server.mailbox.envelopes == []


def test_a_server_without_tls_gets_nothing_that_must_be_encrypted(start_mail_server):
    """Neither a mail where TLS is required nor a password where it is not said to be needless."""
    server = start_mail_server(auth_require_tls=False, authenticator=let_in)
    for url in (server.url(query="?tls=required"), server.url(user=CREDENTIALS)):
        with pytest.raises(MailUnavailableError, match="does not offer STARTTLS"):
            mailer(url).send(MAIL)

    assert server.mailbox.envelopes == []


def test_tls_can_be_refused(start_mail_server, make_tls):
    """On one's own machine: neither encrypted nor verified, not even for a password."""
    server = start_mail_server(tls_context=make_tls(), auth_require_tls=False, authenticator=let_in)
    mailer(server.url(user=CREDENTIALS, query="?tls=none")).send(MAIL)
    _, session = server.mailbox.envelopes[0]

    assert session.ssl is None
    assert session.authenticated


def test_a_wrong_password_is_told_without_it(start_mail_server):
    """The message names the server and the code; neither it nor its causes hold the password."""
    server = start_mail_server(auth_require_tls=False, authenticator=let_in)
    with pytest.raises(MailUnavailableError, match=rf"127\.0\.0\.1:{server.port} does not accept .* \(535\)") as caught:
        mailer(server.url(user="somebody:hunter2@", query="?tls=none")).send(MAIL)

    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("550 5.1.1 No such user.", "refuses the address: 550 5.1.1 No such user"),
        ("451 Try again \x1b[31mlater\x1b[0m", r"refuses the address: 451 Try again \[31mlater"),
        (f"552 {'x' * 400}", f"refuses the address: 552 {'x' * 200}.$"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(mail_server, answer, told):
    """Shortened, and without what a terminal would obey."""
    mail_server.mailbox.answers.append(answer)

    with pytest.raises(MailUnavailableError, match=told):
        mailer(mail_server.url()).send(MAIL)
    assert mail_server.mailbox.envelopes == []


def test_a_server_that_is_down_is_told():
    """Nobody listens there."""
    with pytest.raises(MailUnavailableError, match="cannot be reached: Connection refused"):
        mailer(f"smtp://127.0.0.1:{free_port()}").send(MAIL)


def test_a_host_that_does_not_exist_is_told():
    """The name cannot be resolved."""
    with pytest.raises(MailUnavailableError, match=r"nowhere\.invalid:25 cannot be reached"):
        mailer("smtp://nowhere.invalid").send(MAIL)


@pytest.fixture
def play(loop_thread):
    """Start a server that says these lines, one after each that it hears (a mail is one), and hangs up.

    What ended each of them is in ``play.heard``: the line itself, or the dot behind a mail.
    """

    def play(*lines):
        async def talk(reader, writer):
            for line in lines:
                writer.write(line)
                heard = await reader.readline()
                while line.startswith(b"354") and heard not in {b".\r\n", b""}:
                    heard = await reader.readline()
                play.heard.append(heard)
            writer.close()
            await writer.wait_closed()

        def protocol(loop):
            return asyncio.StreamReaderProtocol(asyncio.StreamReader(loop=loop), talk, loop=loop)

        return f"smtp://127.0.0.1:{loop_thread.serve(protocol)}"

    play.heard = []
    return play


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "violated the protocol"),
        ([b"554 Go away\r\n"], "refuses: 554 Go away"),
        ([b"HTTP/1.1 400 Bad Request\r\n"], "violated the protocol|refuses"),
        ([b"\xff\xfe\x00\r\n" * 10], "violated the protocol|refuses"),
        ([b"220 Hello\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"454 Not today\r\n"], "refuses: 454 Not today"),
        ([b"220 Hello\r\n", b"250-mx\r\n250 STARTTLS\r\n", b"220 Go\r\n", b"250 I was joking\r\n"], "reached|trusted"),
        ([b"220 Hello\r\n", b"250 mx\r\n", b"552 Not from you\r\n"], "refuses: 552 Not from you"),
        ([b"220 Hello\r\n", b"250 mx\r\n", b"250 OK\r\n", b"250 OK\r\n", b"554 No data\r\n"], "refuses: 554 No data"),
    ],
)
def test_a_server_that_misbehaves_is_told(play, lines, told):
    """Whatever it says instead, the mail is not taken for sent."""
    with pytest.raises(MailUnavailableError, match=told):
        mailer(play(*lines)).send(MAIL)


def test_a_server_that_says_nothing_is_given_up(play, monkeypatch):
    """Patience has an end; here it is shortened."""
    monkeypatch.setattr("gatewright.mail.smtp._PATIENCE", 0.05)

    with pytest.raises(MailUnavailableError, match="timed out"):
        mailer(play(b"")).send(MAIL)


@pytest.mark.parametrize("goodbye", [[], [b"421 Too late\r\n"], [b"\xff\r\n"]])
def test_a_mail_that_was_taken_on_is_sent_whatever_follows(play, goodbye):
    """An odd goodbye, or none, is no reason to send the mail a second time."""
    to_the_data = [b"220 Hello\r\n", b"250 mx\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 Go\r\n"]

    mailer(play(*to_the_data, b"250 Taken on\r\n", *goodbye)).send(MAIL)

    assert play.heard.count(b".\r\n") == 1
