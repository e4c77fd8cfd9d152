"""A mailed code on its way: by a real server, after a crash, by another process with the same key."""

from __future__ import annotations

import re

import pytest

from free_ports import free_port
from gatewright.methods.email_code import EmailCode, EmailCodeSettings
from mail_servers import *  # noqa: F403 - fixtures are found by their presence
from visitors import PASSWORD, Visitor

CAROL = "carol@example.com"


@pytest.fixture
def start(make_auth, gatewright_settings):
    """Make an application that mails codes to a server, in the background unless told otherwise."""

    def start(url, *, delivery="background", **settings):
        in_force = gatewright_settings.with_values(
            mail_url=url, mail_delivery=delivery, public_url="https://shop.example", site_name="The Shop", **settings
        )
        auth = make_auth(settings=in_force, methods=[EmailCode(EmailCodeSettings(email_code="first"))])
        if not auth.list_users():
            auth.create_user("carol", email=CAROL, password=PASSWORD, is_verified=True)
        return auth

    return start


def ask(auth):
    visitor = Visitor(auth)
    visitor.request().begin("email_code", {"email": CAROL})
    return visitor


def read(message):
    """Return the code and the secret of the link, which text and HTML have alike."""
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    code = re.search(r"The Shop is (\d{8})\.", text)[1]
    link = re.search(r"https://shop\.example/login/link/email_code\.([\w-]{43})\s", text)[1]
    assert code in html
    assert link in html
    return code, link


def test_code_and_link_arrive(start, mail_server):
    """By themselves; the code is not in the subject, which is shown on locked screens."""
    auth = start(mail_server.url())
    by_code, by_link = ask(auth), None
    message = mail_server.mailbox.wait()
    code, _ = read(message)
    assert by_code.request().prove("email_code", {"code": code}).username == "carol"
    by_link = ask(auth)
    _, token = read(mail_server.mailbox.wait())
    assert by_link.request().prove("email_code", {"token": token}).username == "carol"
    assert message["To"] == CAROL
    assert not re.search(r"\d", message["Subject"])


def test_a_crash_between_asking_and_sending_loses_nothing(start, start_mail_server, clock):
    """The server was away, and the process that took the request is gone: another one sends the code that is right."""
    port = free_port()
    first = start(f"smtp://127.0.0.1:{port}", delivery="command")
    visitor = ask(first)
    assert first.deliver_mails() == 0
    first.close()
    clock.advance(minutes=5)
    server = start_mail_server(port=port)
    assert start(f"smtp://127.0.0.1:{port}", delivery="command").deliver_mails() == 1
    code, _ = read(server.mailbox.messages[0])

    assert visitor.request().prove("email_code", {"code": code}).username == "carol"


def test_a_key_may_rotate_while_a_mail_is_on_its_way(start, mail_server):
    """Who compares knows the former key too."""
    old, new = "o" * 8 + "ld-secret-that-signs-7Jw2u0XkqzvN", "n" * 8 + "ew-secret-that-signs-Zp5MtC8yWbU2"
    visitor = ask(start(mail_server.url(), delivery="command", jwt_secret=old))
    assert start(mail_server.url(), delivery="command", jwt_secret=old).deliver_mails() == 1
    code, _ = read(mail_server.mailbox.messages[0])
    visitor.auth = start(mail_server.url(), delivery="command", jwt_secret=new, jwt_secret_previous=old)

    assert visitor.request().prove("email_code", {"code": code}).username == "carol"


def test_whoever_may_not_use_the_code_any_more_is_sent_none(start, mail_server):
    """The account was deactivated, or moved to another address, while the mail waited."""
    auth = start(mail_server.url(), delivery="command")
    ask(auth)
    auth.disable_user("carol")

    assert auth.deliver_mails() == 0
    assert auth.list_queued_mails() == []
    (line,) = [entry for _, entry in auth.list_audit(event="mail_discarded")]
    assert line.reason == "email_code inactive_user"
