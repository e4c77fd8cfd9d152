"""The mail worker: comes when called, comes back while mails wait, and goes home when told."""

from __future__ import annotations

import os
import threading

import pytest

from gatewright.offload import MailWorker, mail_worker
from mail_servers import is_true_in_a_child

SECONDS = 30
"""Nothing here takes so long, on however busy a machine."""


class Office:
    """What a mail worker delivers from: counts the rounds, and says whether mails wait."""

    def __init__(self, *, is_mail_waiting=False, error=None):
        self.is_mail_waiting = is_mail_waiting
        self.error = error
        self.rounds = threading.Semaphore(0)
        self.threads = set()

    def deliver(self):
        self.threads.add(threading.current_thread())
        self.rounds.release()
        if self.error is not None:
            raise self.error
        return self.is_mail_waiting

    def has_been_visited(self):
        return self.rounds.acquire(timeout=SECONDS)

    def is_left_alone(self):
        return not self.rounds.acquire(timeout=0.2)


@pytest.fixture
def employ():
    """Make mail workers, who are sent home at the end."""
    employed = []

    def employ(mailboxes, **options):
        employed.append(MailWorker(mailboxes.deliver, **options))
        return employed[-1]

    yield employ
    for worker in employed:
        worker.close()


def test_there_is_no_thread_before_there_is_a_mail(employ, mail_workers):
    """Making a mail worker costs nothing, nor does closing one that was never woken."""
    employ(Office()).close()

    assert mail_workers() == []


def test_a_mail_worker_delivers_when_woken_and_then_waits(employ):
    """A round for a call, by one thread, which keeps no process alive."""
    mailboxes = Office()
    worker = employ(mailboxes)
    for _ in range(3):
        worker.wake()
        assert mailboxes.has_been_visited()

    assert mailboxes.is_left_alone()
    assert len(mailboxes.threads) == 1
    assert next(iter(mailboxes.threads)).daemon


def test_whoever_wakes_it_answers_first(employ, monkeypatch):
    """A round begins a moment after the call, so that the answer takes no longer for a mail; or at the end."""
    monkeypatch.setattr(mail_worker, "_HEAD_START", SECONDS)
    mailboxes = Office()
    worker = employ(mailboxes)
    worker.wake()
    assert mailboxes.is_left_alone()

    worker.close()

    assert mailboxes.has_been_visited()


def test_a_call_during_a_round_is_heard(employ):
    """Whoever comes while the mail worker is on the way is not forgotten."""
    started, go_on = threading.Event(), threading.Event()

    class Slow(Office):
        def deliver(self):
            started.set()
            assert go_on.wait(SECONDS)
            return super().deliver()

    mailboxes = Slow()
    worker = employ(mailboxes)
    worker.wake()
    assert started.wait(SECONDS)
    worker.wake()
    go_on.set()

    assert mailboxes.has_been_visited()
    assert mailboxes.has_been_visited()
    assert mailboxes.is_left_alone()


def test_while_mails_wait_the_mail_worker_comes_back(employ):
    """Without being called again, after a pause."""
    mailboxes = Office(is_mail_waiting=True)
    employ(mailboxes, pause_seconds=0.01).wake()

    assert all(mailboxes.has_been_visited() for _ in range(5))


def test_an_error_is_logged_and_the_mail_worker_comes_back(employ, caplog):
    """A store that is down for a while ends no delivery."""
    mailboxes = Office(error=LookupError("the store is down"))
    employ(mailboxes, pause_seconds=0.01).wake()

    assert all(mailboxes.has_been_visited() for _ in range(3))
    assert "the store is down" in caplog.text
    assert caplog.records[0].name == "gatewright.mail"


def test_closing_ends_the_thread_and_another_call_starts_anew(employ, mail_workers):
    """Closed twice, woken again: as often as one likes."""
    mailboxes = Office(is_mail_waiting=True)
    worker = employ(mailboxes)
    for _ in range(3):
        worker.wake()
        assert mailboxes.has_been_visited()
        worker.close()
        worker.close()
        assert mail_workers() == []

    assert mailboxes.is_left_alone()


def test_what_was_asked_for_is_delivered_before_the_end(employ, mail_workers):
    """A script that causes a mail and closes at once has it sent, and not twice."""
    mailboxes = Office(is_mail_waiting=True)
    worker = employ(mailboxes)
    for _ in range(20):
        worker.wake()
        worker.close()
        assert mailboxes.has_been_visited()

    assert mailboxes.is_left_alone()
    assert mail_workers() == []


def test_a_mail_worker_may_close_himself(employ):
    """A mailer that closes the application does not wait for its own end."""
    ended = threading.Event()

    class Closing(Office):
        def deliver(self):
            worker.close()
            ended.set()
            return False

    worker = employ(Closing())
    worker.wake()

    assert ended.wait(SECONDS)


def test_many_callers_at_once_have_one_mail_worker(employ, mail_workers):
    """Threads that call together start one thread together."""
    mailboxes = Office()
    worker = employ(mailboxes)
    together = threading.Barrier(8, timeout=SECONDS)

    def call():
        together.wait()
        worker.wake()

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert mailboxes.has_been_visited()
    assert len(mail_workers()) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_a_mail_worker_of_its_own(employ, mail_workers):
    """The parent's thread is not the child's; each delivers when it is called, and the parent's goes on."""
    mailboxes = Office()
    worker = employ(mailboxes)
    worker.wake()
    assert mailboxes.has_been_visited()

    def child():
        worker.wake()
        was_visited = mailboxes.has_been_visited()
        worker.close()
        return was_visited and mail_workers() == []

    assert is_true_in_a_child(child)
    worker.wake()
    assert mailboxes.has_been_visited()
