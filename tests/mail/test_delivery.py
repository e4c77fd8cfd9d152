"""From a visitor's click to the mail in their box: in the background, and never lost on the way."""

from __future__ import annotations

import os
import re
import threading

import pytest

from free_ports import free_port
from gatewright.errors import ConfigurationError
from mail_servers import is_true_in_a_child

PASSWORD = "correct horse battery staple"
ALICE = "alice@example.com"


@pytest.fixture
def start_auth(make_auth, gatewright_settings):
    """Make an application that sends mails to a URL, in the background unless told otherwise."""

    def start_auth(url="console:", *, delivery="background", **options):
        settings = gatewright_settings.with_values(
            mail_url=url, mail_delivery=delivery, public_url="https://shop.example"
        )
        return make_auth(settings=settings, **options)

    return start_auth


@pytest.fixture
def wait_for_empty_outbox():
    """Wait until everything has been sent and struck off the list."""

    def wait(auth):
        for _ in range(1000):
            if not auth.list_queued_mails():
                return
            threading.Event().wait(0.01)
        pytest.fail(f"mails still wait: {auth.list_queued_mails()}")

    return wait


def token_in(message, path):
    return re.search(rf"https://shop\.example/{path}/(\S+)", message.get_body(("plain",)).get_content())[1]


def test_a_visitor_signs_up_confirms_and_forgets_the_password(start_auth, mail_server, wait_for_empty_outbox):
    """Each mail arrives by itself, with a link whose secret works."""
    auth = start_auth(mail_server.url())
    auth.sign_up(ALICE, password=PASSWORD)
    assert auth.verify_email(token_in(mail_server.mailbox.wait(), "email_verification")).email == ALICE
    auth.request_password_reset(ALICE)
    auth.reset_password(token_in(mail_server.mailbox.wait(), "password-reset"), f"another {PASSWORD}")
    changed = mail_server.mailbox.wait()
    auth.sign_up(ALICE, password=PASSWORD)
    registered = mail_server.mailbox.wait()
    wait_for_empty_outbox(auth)

    assert (changed["Subject"], registered["Subject"]) == (
        "gatewright: your password has been changed",
        "gatewright: you already have an account",
    )
    assert {message["To"] for message in mail_server.mailbox.messages} == {ALICE}
    assert auth.attempt(ALICE, f"another {PASSWORD}", "SQLUserProvider").email == ALICE


def test_no_visitor_waits_for_a_slow_server(start_auth, mail_server, wait_for_empty_outbox):
    """The answer is there while the server still thinks; the mail follows."""
    mail_server.mailbox.hold.clear()
    auth = start_auth(mail_server.url())
    auth.sign_up(ALICE, password=PASSWORD)
    taken_on = len(mail_server.mailbox.envelopes)
    mail_server.mailbox.hold.set()

    assert taken_on == 0
    assert mail_server.mailbox.wait()["To"] == ALICE
    wait_for_empty_outbox(auth)


def test_a_dead_server_loses_nothing(start_auth, start_mail_server, clock):
    """The account is made, the mail waits and says why; when the server is back, the mail arrives and works."""
    port = free_port()
    auth = start_auth(f"smtp://127.0.0.1:{port}", delivery="command")
    auth.sign_up(ALICE, password=PASSWORD)
    for tries in range(1, 5):
        assert auth.deliver_mails() == 0
        (mail,) = auth.list_queued_mails()
        assert (mail.email, mail.tries) == (ALICE, tries)
        assert "Connection refused" in mail.error
        clock.advance(hours=2)
    server = start_mail_server(port=port)

    assert auth.deliver_mails() == 1
    assert auth.list_queued_mails() == []
    assert auth.verify_email(token_in(server.mailbox.messages[0], "email_verification")).email == ALICE


def test_a_refusal_is_kept_with_the_mail(start_auth, mail_server, clock):
    """In the server's words, for whoever looks; the next try may succeed."""
    mail_server.mailbox.answers.append("550 5.1.1 No such user")
    auth = start_auth(mail_server.url(), delivery="command")
    auth.sign_up(ALICE, password=PASSWORD)

    assert auth.deliver_mails() == 0
    assert "550 5.1.1 No such user" in auth.list_queued_mails()[0].error
    clock.advance(hours=2)
    assert auth.deliver_mails() == 1


def test_one_refused_address_holds_up_nobody_else(start_auth, mail_server):
    """The mails behind it are sent."""
    mail_server.mailbox.answers.append("550 5.1.1 No such user")
    auth = start_auth(mail_server.url(), delivery="command")
    for address in ("nobody@example.com", ALICE, "bob@example.com"):
        auth.sign_up(address, password=PASSWORD)

    assert auth.deliver_mails() == 2
    assert [mail.email for mail in auth.list_queued_mails()] == ["nobody@example.com"]


def test_the_next_mail_takes_along_those_that_wait(start_auth, mail_server, clock, wait_for_empty_outbox):
    """A mail whose time has come is sent as soon as the mail worker comes round again."""
    mail_server.mailbox.answers.append("451 Try again later")
    auth = start_auth(mail_server.url())
    auth.sign_up(ALICE, password=PASSWORD)
    while not auth.list_queued_mails()[0].tries:
        threading.Event().wait(0.01)
    clock.advance(hours=1)
    auth.sign_up("bob@example.com", password=PASSWORD)
    mail_server.mailbox.wait()
    mail_server.mailbox.wait()
    wait_for_empty_outbox(auth)

    assert {message["To"] for message in mail_server.mailbox.messages} == {ALICE, "bob@example.com"}


def test_by_command_nothing_is_sent_in_the_background(start_auth, mail_server, mail_workers):
    """The mail waits for `deliver_mails`, and there is no thread."""
    auth = start_auth(mail_server.url(), delivery="command")
    auth.sign_up(ALICE, password=PASSWORD)

    assert mail_workers() == []
    assert mail_server.mailbox.envelopes == []
    assert auth.deliver_mails() == 1


def test_closing_finishes_what_has_begun(start_auth, mail_server, mail_workers):
    """A mail that the server is about to take on is struck off the list before the thread is gone."""
    mail_server.mailbox.hold.clear()
    auth = start_auth(mail_server.url())
    auth.sign_up(ALICE, password=PASSWORD)
    closing = threading.Thread(target=auth.close)
    closing.start()
    mail_server.mailbox.hold.set()
    closing.join(30)

    assert mail_workers() == []
    assert (len(mail_server.mailbox.envelopes), auth.list_queued_mails()) == (1, [])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_sends_its_mails(gatewright_settings, mail_server):
    """As under a server that forks its workers from a warm parent, whose own mail worker goes on."""
    from gatewright import Auth

    settings = gatewright_settings.with_values(mail_url=mail_server.url(), mail_delivery="background")
    with Auth(settings=settings) as auth:
        auth.sign_up(ALICE, password=PASSWORD)
        mail_server.mailbox.wait()

        def child():
            auth.sign_up("bob@example.com", password=PASSWORD)
            while auth.list_queued_mails():
                threading.Event().wait(0.01)
            auth.close()
            return True

        assert is_true_in_a_child(child)
        assert mail_server.mailbox.wait()["To"] == "bob@example.com"
        auth.sign_up("carol@example.com", password=PASSWORD)
        assert mail_server.mailbox.wait()["To"] == "carol@example.com"


class Pigeons:
    """An application's own mailer."""

    def __init__(self):
        self.sent = []
        self.flown = threading.Event()

    def send(self, mail):
        self.sent.append((mail, threading.current_thread().name))
        self.flown.set()


def test_an_applications_own_mailer_is_used_instead(start_auth):
    """An object with one method, called on the mail worker's thread."""
    pigeons = Pigeons()
    auth = start_auth("smtp://nowhere.invalid", mailer=pigeons)
    auth.sign_up(ALICE, password=PASSWORD, language="en")
    assert pigeons.flown.wait(30)
    ((mail, thread),) = pigeons.sent

    assert (mail.to, mail.subject) == (ALICE, "gatewright: confirm your email address")
    assert "https://shop.example/email_verification/" in mail.text
    assert mail.text not in repr(mail)
    assert thread == "gatewright-mail"


def test_what_is_no_mailer_is_refused(start_auth):
    """At the start, not when the first mail is due: no method, one to be awaited, or one of other parameters."""

    class Hasty:
        async def send(self, mail):
            raise AssertionError

    class OfOldSchool:
        def send(self, to, subject, text):
            raise AssertionError

    for stranger in ("smtp://localhost", object(), Hasty(), OfOldSchool(), Pigeons):
        with pytest.raises(ConfigurationError, match=r"plain method send\(mail\)"):
            start_auth(mailer=stranger)


def test_an_unusable_url_is_refused_at_the_start(start_auth):
    """Nobody signs up at a site whose mails can never be sent."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_MAIL_URL"):
        start_auth("carrier-pigeon:")
