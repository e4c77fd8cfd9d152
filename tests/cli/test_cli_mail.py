"""``gatewright mail``: which mails wait, sending them, trying the server out."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from free_ports import free_port
from gatewright import Auth
from gatewright.settings import load_settings
from mail_servers import *  # noqa: F403 - fixtures are found by their presence

ALICE = "alice@example.com"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def mails(folder):
    """Two mails that wait, in the database of the folder."""
    settings = load_settings(mail_delivery="command", public_url="https://shop.example")
    with Auth("sqlite:///gatewright.db", settings=settings) as auth:
        auth.sign_up(ALICE, password=PASSWORD)
        auth.sign_up("bob@example.com", password=PASSWORD)
        return auth.list_queued_mails()


def test_the_list_for_programs_holds_every_field(invoke, mails):
    """The oldest first, with ISO timestamps; there is no secret to hide."""
    result = invoke("mail", "list", "--json")
    first, second = json.loads(result.stdout)["mails"]

    assert result.exit_code == 0
    assert first == {
        "id": mails[0].id,
        "kind": "email_verification",
        "account_id": mails[0].account_id,
        "email": ALICE,
        "language": "en",
        "base_url": "https://shop.example",
        "created_at": mails[0].created_at.isoformat(),
        "due_at": mails[0].due_at.isoformat(),
        "tries": 0,
        "error": None,
        "next_path": None,
        "details": "",
    }
    assert second["email"] == "bob@example.com"
    assert datetime.fromisoformat(first["created_at"]).utcoffset() == timedelta(0)


def test_the_list_for_people_has_each_value_under_its_heading(invoke, mails):
    """A line a mail; with the reason where a try has failed."""
    url = f"smtp://127.0.0.1:{free_port()}"
    failed = invoke("mail", "deliver", GATEWRIGHT_MAIL_URL=url)
    heading, first, _ = invoke("mail", "list").stdout.splitlines()

    assert failed.exit_code == 1
    assert heading.split() == ["id", "kind", "email", "created_at", "due_at", "tries", "error"]
    assert first.split()[:3] == [mails[0].id, "email_verification", ALICE]
    assert first[heading.index("tries") :].split()[0] == "1"
    assert "Connection refused" in first[heading.index("error") :]


def test_an_empty_list_says_so(invoke, database):
    """Words on stderr, an empty document for programs."""
    people, programs = invoke("mail", "list"), invoke("mail", "list", "--json")

    assert (people.exit_code, people.stdout, people.stderr) == (0, "", "No emails are queued.\n")
    assert (programs.exit_code, json.loads(programs.stdout)) == (0, {"mails": []})


def test_what_is_due_is_delivered(invoke, mails, mail_server):
    """Every mail arrives, and nothing waits any more."""
    result = invoke("mail", "deliver", GATEWRIGHT_MAIL_URL=mail_server.url(), GATEWRIGHT_MAIL_DELIVERY="command")

    assert (result.exit_code, result.stdout) == (0, "Emails: 2 sent, 0 failed, 0 waiting.\n")
    assert [message["To"] for message in mail_server.mailbox.messages] == [ALICE, "bob@example.com"]
    assert invoke("mail", "list").stderr == "No emails are queued.\n"


def test_a_failure_is_an_exit_code(invoke, mails, mail_server):
    """1 where a mail was not sent, although others were; the failed one is not due again at once, and that is fine."""
    mail_server.mailbox.answers.append("550 5.1.1 No such user")
    url = mail_server.url()
    first = invoke("mail", "deliver", "--json", GATEWRIGHT_MAIL_URL=url)
    second = invoke("mail", "deliver", "--json", GATEWRIGHT_MAIL_URL=url)

    assert (first.exit_code, json.loads(first.stdout)) == (1, {"sent": 1, "failed": 1, "waiting": 1})
    assert (second.exit_code, json.loads(second.stdout)) == (0, {"sent": 0, "failed": 0, "waiting": 1})


def test_delivering_nothing_is_no_failure(invoke, database):
    """As every minute by cron."""
    result = invoke("mail", "deliver")

    assert (result.exit_code, result.stdout) == (0, "Emails: 0 sent, 0 failed, 0 waiting.\n")


def test_a_test_mail_arrives(invoke, folder, mail_server):
    """From the sender of the settings, escaped where it must be, without any database."""
    env = {"GATEWRIGHT_MAIL_FROM": "Shop <no-reply@shop.example>", "GATEWRIGHT_SITE_NAME": "Shop & Sons"}
    result = invoke("mail", "test", ALICE, GATEWRIGHT_MAIL_URL=mail_server.url(), **env)
    (message,) = mail_server.mailbox.messages

    assert (result.exit_code, result.stdout) == (0, f"The test email to {ALICE} has been handed over.\n")
    assert (message["From"], message["To"]) == ("Shop <no-reply@shop.example>", ALICE)
    assert "Email from Shop & Sons arrives." in message.get_body(("plain",)).get_content()
    assert "Email from Shop &amp; Sons arrives." in message.get_body(("html",)).get_content()
    assert list(folder.iterdir()) == []


def test_on_the_console_the_test_mail_is_printed(invoke):
    """In development there is no server; the mail is on stderr."""
    result = invoke("mail", "test", ALICE)

    assert result.exit_code == 0
    assert f"To: {ALICE}\n" in result.stderr


@pytest.mark.parametrize(
    "address", ["", "alice", "alice@example.com, mallory@example.com", "a@b.c\r\nBcc: m@example.com"]
)
def test_what_is_no_address_is_bad_input(invoke, mail_server, address):
    """Exit code 2, and nothing is sent."""
    result = invoke("mail", "test", address, GATEWRIGHT_MAIL_URL=mail_server.url())

    assert result.exit_code == 2
    assert "must be a valid address" in result.stderr
    assert mail_server.mailbox.envelopes == []


@pytest.mark.parametrize("url", ["smtp://shop:hunter2@127.0.0.1:1", "gopher://shop:hunter2@127.0.0.1"])
def test_a_server_that_cannot_be_used_is_told(invoke, url):
    """Exit code 3, the cause in a line, and no password."""
    result = invoke("mail", "test", ALICE, GATEWRIGHT_MAIL_URL=url)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("error: ")
    assert "hunter2" not in result.output
