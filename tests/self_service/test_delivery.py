"""Mails are sent when they can be, once, and never lost."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from gatewright.errors import MailUnavailableError
from sample_methods import Voucher
from visitors import PASSWORD

MAIL = "carol@example.com"


@pytest.fixture
def mail(auth, register):
    """A mail to carol that waits."""
    register(auth, email=MAIL)
    auth.request_password_reset(MAIL, language="it", base_url="https://example.com/BOX/")
    return auth.list_queued_mails()[0]


def test_a_mail_is_sent_once(auth, mail, mailboxes):
    """In its language, to its site, with what the writer needs to know; and then it is gone."""
    assert auth.deliver_mails() == 1
    assert auth.deliver_mails() == 0
    ((written, link, hours),) = mailboxes.written
    assert (written.kind, written.language, written.email, hours) == ("password_reset", "it", MAIL, 2)
    assert link == f"https://example.com/BOX/password-reset/{mailboxes.token()}"
    assert auth.list_queued_mails() == []
    (line,) = [entry for _, entry in auth.list_audit(event="mail_sent")]
    assert (line.user_id, line.username, line.reason) == (auth.get_user("carol").id, "carol", "password_reset")


@pytest.mark.parametrize(
    ("life", "hours"), [(2, 2), (0.5, 1), (1.9, 1), (24, 24)], ids=["two", "half", "nearly two", "a day"]
)
def test_a_mail_promises_no_more_than_the_link_keeps(make_auth, gatewright_settings, mailboxes, life, hours):
    """Whole hours, rounded down, and at least one."""
    auth = make_auth(settings=gatewright_settings.with_values(link_hours=life))
    auth.sign_up(MAIL, password=PASSWORD)
    auth.deliver_mails()
    assert mailboxes.written[0][2] == hours


def test_mails_are_sent_oldest_first(auth, mailboxes, clock):
    """As they became due."""
    for name in ("carol", "dave", "ellen"):
        auth.sign_up(f"{name}@example.com", password=PASSWORD)
        clock.advance(seconds=1)
    assert auth.deliver_mails() == 3
    assert [mail.to for mail in mailboxes.mails] == ["carol@example.com", "dave@example.com", "ellen@example.com"]


def test_a_failure_keeps_the_mail(auth, mail, mailboxes, clock):
    """The account is there, the mail waits with the reason, and the next try succeeds."""
    mailboxes.close()
    assert auth.deliver_mails() == 0
    (waiting,) = auth.list_queued_mails()
    error = "MailUnavailableError: The mail server is down."
    assert waiting == replace(mail, due_at=clock.advance(minutes=1), tries=1, error=error)
    mailboxes.open()
    assert auth.deliver_mails() == 1
    assert auth.is_link_valid(mailboxes.token(), purpose="password_reset")


def test_tries_become_rarer_and_never_end(auth, mail, mailboxes, clock):
    """After 1, 2, 4, 8, 16 and 32 minutes, and then every hour."""
    mailboxes.close()
    pauses = []
    for _ in range(10):
        assert auth.deliver_mails() == 0
        due_at = auth.list_queued_mails()[0].due_at
        pauses.append((due_at - clock.now()).total_seconds() / 60)
        tries = mailboxes.tries
        clock.advance(due_at - clock.now(), seconds=-1)
        auth.deliver_mails()
        assert mailboxes.tries == tries, "tried too early"
        clock.advance(seconds=1)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    clock.advance(days=30)
    mailboxes.open()
    assert auth.deliver_mails() == 1


def test_a_mail_to_an_address_that_its_owner_has_left_is_not_sent(auth, mail, mailboxes, sql):
    """Its link would be theirs who read there now."""
    sql("UPDATE users SET email = 'moved@example.com'")
    assert auth.deliver_mails() == mailboxes.tries == 0
    ((_, line),) = auth.list_audit(event="mail_discarded")
    assert (line.username, line.reason) == ("carol", "password_reset user_not_found")


def test_a_mail_to_somebody_who_is_deleted_at_that_moment_is_not_sent(auth, mail, mailboxes, sql):
    """After it has been taken up: there is nobody any more to make a link for."""
    sql("CREATE TRIGGER deleted BEFORE INSERT ON links BEGIN DELETE FROM users; END")
    assert auth.deliver_mails() == 0
    assert mailboxes.tries == 0


def test_one_failure_holds_up_nobody_else(auth, mailboxes):
    """The other emails of the round are sent."""
    for name in ("carol", "dave"):
        auth.sign_up(f"{name}@example.com", password=PASSWORD)
    send = mailboxes.send

    def send_to_others(mail):
        if mail.to == MAIL:
            raise MailUnavailableError("This mailbox is full.")
        send(mail)

    mailboxes.send = send_to_others
    assert auth.deliver_mails() == 1
    assert [mail.to for mail in mailboxes.mails] == ["dave@example.com"]
    assert [waiting.email for waiting in auth.list_queued_mails()] == [MAIL]


class Faulty(Voucher):
    """A method whose own mails cannot be made."""

    name = "faulty"

    def mailed(self, parts, mail):
        raise KeyError("a secret")


def test_a_method_that_fails_holds_up_its_own_mails_alone(make_auth, mailboxes, clock, sql):
    """They are tried again like all others; the rest of the round is sent."""
    auth = make_auth(methods=[Faulty()])
    for name in ("carol", "dave"):
        auth.create_user(name, email=f"{name}@example.com", password=PASSWORD, is_verified=True)
        auth.request_password_reset(f"{name}@example.com")
    sql(f"UPDATE outbox SET kind = 'faulty' WHERE email = '{MAIL}'")

    assert auth.deliver_mails() == 1
    (kept,) = auth.list_queued_mails()
    assert (kept.kind, kept.tries, kept.error) == ("faulty", 1, "KeyError")
    assert kept.due_at == clock.now() + timedelta(minutes=1)


def test_an_unknown_error_is_named_by_its_class_only(auth, mail, mailboxes, caplog, snapshot):
    """What it says may be the mail itself, secret and all: neither a row nor the log may hold it."""
    said = []

    def fail(mail):
        said.append(mail.text.rpartition("/")[2])
        raise OSError(f"cannot send {mail.text}")

    mailboxes.send = fail
    caplog.set_level(logging.DEBUG)
    assert auth.deliver_mails() == 0
    assert auth.list_queued_mails()[0].error == "OSError"
    assert "An email (password_reset) could not be sent: OSError. It will be retried in 1 min." in caplog.text
    assert said[0] not in caplog.text + repr(snapshot())


def test_a_writer_that_fails_keeps_the_mail_too(auth, mail, mailboxes):
    """A template with a mistake in it, for instance."""

    def fail(mail, **options):
        raise KeyError("no such template")

    mailboxes.write = fail
    assert auth.deliver_mails() == 0
    assert auth.list_queued_mails()[0].error == "KeyError"


def test_a_long_error_is_cut(auth, mail, mailboxes):
    """To what its column takes."""
    mailboxes.close(MailUnavailableError("x" * 10_000))
    auth.deliver_mails()
    assert len(auth.list_queued_mails()[0].error) == 255


def test_a_mail_that_waits_holds_no_link(auth, mail, count):
    """It is made when the mail is sent."""
    assert count("links") == 0
    assert "digest" not in repr(mail)


def test_each_try_has_a_link_of_its_own(auth, mail, mailboxes, clock):
    """A mail that got out although it seemed to fail must not compete with the next one: the newest works."""
    mailboxes.close()
    auth.deliver_mails()
    clock.advance(minutes=1)
    mailboxes.open()
    auth.deliver_mails()
    first, second = (link.rpartition("/")[2] for _, link, _ in mailboxes.written)
    assert not auth.is_link_valid(first, purpose="password_reset")
    assert auth.is_link_valid(second, purpose="password_reset")


def test_many_mail_workers_send_a_mail_once(auth, mailboxes, at_once):
    """However many processes and threads deliver at the same time."""
    for number in range(6):
        auth.sign_up(f"{number}@example.com", password=PASSWORD)
    sent = at_once(auth, [lambda auth: auth.deliver_mails()] * 6)
    assert sum(sent) == 6
    assert sorted(mail.to for mail in mailboxes.mails) == [f"{number}@example.com" for number in range(6)]


def test_a_mail_worker_who_dies_holds_up_a_mail_for_two_minutes(auth, mail, mailboxes, clock):
    """Then somebody else may have it."""

    class PowerCutError(BaseException):
        """The end."""

    mailboxes.close(PowerCutError())
    with pytest.raises(PowerCutError):
        auth.deliver_mails()
    mailboxes.open()
    clock.advance(minutes=2, seconds=-1)
    assert auth.deliver_mails() == 0
    clock.advance(seconds=1)
    assert auth.deliver_mails() == 1


def test_whoever_sends_is_woken_after_each_mail(auth, mailboxes, register):
    """And where none was written because nobody has the address: whoever asks can see no difference."""
    auth.request_password_reset("nobody@example.com")
    assert mailboxes.wakes == 1
    auth.sign_up(MAIL, password=PASSWORD)
    auth.sign_up(MAIL, password=PASSWORD)
    auth.request_email_verification(MAIL)
    auth.request_password_reset(MAIL)
    assert mailboxes.wakes == 5


def test_a_setting_says_the_language_and_the_site(make_auth, gatewright_settings, clock):
    """Where the caller does not."""
    settings = gatewright_settings.with_values(language="ja", public_url="https://example.org")
    auth = make_auth(settings=settings)
    auth.sign_up(MAIL, password=PASSWORD)
    clock.advance(seconds=1)
    auth.sign_up("dave@example.com", password=PASSWORD, language="de", base_url="http://127.0.0.1:8000")
    assert [(mail.language, mail.base_url) for mail in auth.list_queued_mails()] == [
        ("ja", "https://example.org"),
        ("de", "http://127.0.0.1:8000"),
    ]


def test_a_mail_about_an_account_leads_back_to_what_was_wanted(auth, register, mailboxes):
    """Whoever signs up again signs in, and goes on from there."""
    register(auth, email=MAIL)
    auth.sign_up(MAIL, password=PASSWORD, next_path="/checkout?a=b")
    auth.deliver_mails()
    assert mailboxes.links() == ["http://localhost:8000/login?next=%2Fcheckout%3Fa%3Db"]


def test_where_a_page_is_switched_off_the_application_has_its_own_there(
    make_auth, gatewright_settings, register, mailboxes
):
    paths = dict.fromkeys(("login", "account", "password_reset"), "")
    auth = make_auth(settings=gatewright_settings.with_values(page_paths=paths))
    register(auth, email=MAIL)
    auth.request_password_reset(MAIL)
    auth.set_password("carol", f"{PASSWORD} and more")
    auth.sign_up(MAIL, password=PASSWORD)
    auth.request_password_reset(MAIL)
    auth.deliver_mails()
    links = {mail.subject: mail.text.replace("http://localhost:8000", "") for mail in mailboxes.mails}
    assert links.pop("password_reset").startswith("/password-reset/")
    assert set(links.values()) <= {"/login", "/account?show=sessions"}
    assert "/login" in links.values()
