"""The postman: comes when called, comes back while letters wait, and goes home when told."""

from __future__ import annotations

import os
import threading

import pytest

from gatewright.offload import Postman
from mail_servers import is_true_in_a_child

SECONDS = 30
"""Nothing here takes so long, on however busy a machine."""


class Office:
    """What a postman delivers from: counts the rounds, and says whether letters wait."""

    def __init__(self, *, letters_wait=False, error=None):
        self.letters_wait = letters_wait
        self.error = error
        self.rounds = threading.Semaphore(0)
        self.threads = set()

    def deliver(self):
        self.threads.add(threading.current_thread())
        self.rounds.release()
        if self.error is not None:
            raise self.error
        return self.letters_wait

    def has_been_visited(self):
        return self.rounds.acquire(timeout=SECONDS)

    def is_left_alone(self):
        return not self.rounds.acquire(timeout=0.2)


@pytest.fixture
def employ():
    """Make postmen, who are sent home at the end."""
    employed = []

    def employ(office, **options):
        employed.append(Postman(office.deliver, **options))
        return employed[-1]

    yield employ
    for postman in employed:
        postman.close()


def test_there_is_no_thread_before_there_is_a_letter(employ, postmen):
    """Making a postman costs nothing, nor does closing one that was never woken."""
    employ(Office()).close()

    assert postmen() == []


def test_a_postman_delivers_when_woken_and_then_waits(employ):
    """A round for a call, by one thread, which keeps no process alive."""
    office = Office()
    postman = employ(office)
    for _ in range(3):
        postman.wake()
        assert office.has_been_visited()

    assert office.is_left_alone()
    assert len(office.threads) == 1
    assert next(iter(office.threads)).daemon


def test_a_call_during_a_round_is_heard(employ):
    """Whoever comes while the postman is on the way is not forgotten."""
    started, go_on = threading.Event(), threading.Event()

    class Slow(Office):
        def deliver(self):
            started.set()
            assert go_on.wait(SECONDS)
            return super().deliver()

    office = Slow()
    postman = employ(office)
    postman.wake()
    assert started.wait(SECONDS)
    postman.wake()
    go_on.set()

    assert office.has_been_visited()
    assert office.has_been_visited()
    assert office.is_left_alone()


def test_while_letters_wait_the_postman_comes_back(employ):
    """Without being called again, after a pause."""
    office = Office(letters_wait=True)
    employ(office, pause_seconds=0.01).wake()

    assert all(office.has_been_visited() for _ in range(5))


def test_an_error_is_logged_and_the_postman_comes_back(employ, caplog):
    """A store that is down for a while ends no delivery."""
    office = Office(error=LookupError("the store is down"))
    employ(office, pause_seconds=0.01).wake()

    assert all(office.has_been_visited() for _ in range(3))
    assert "the store is down" in caplog.text
    assert caplog.records[0].name == "gatewright.mail"


def test_closing_ends_the_thread_and_another_call_starts_anew(employ, postmen):
    """Closed twice, woken again: as often as one likes."""
    office = Office(letters_wait=True)
    postman = employ(office)
    for _ in range(3):
        postman.wake()
        assert office.has_been_visited()
        postman.close()
        postman.close()
        assert postmen() == []

    assert office.is_left_alone()


def test_what_was_asked_for_is_delivered_before_the_end(employ, postmen):
    """A script that causes a mail and closes at once has it sent, and not twice."""
    office = Office(letters_wait=True)
    postman = employ(office)
    for _ in range(20):
        postman.wake()
        postman.close()
        assert office.has_been_visited()

    assert office.is_left_alone()
    assert postmen() == []


def test_a_postman_may_close_himself(employ):
    """A mailer that closes the application does not wait for its own end."""
    ended = threading.Event()

    class Closing(Office):
        def deliver(self):
            postman.close()
            ended.set()
            return False

    postman = employ(Closing())
    postman.wake()

    assert ended.wait(SECONDS)


def test_many_callers_at_once_have_one_postman(employ, postmen):
    """Threads that call together start one thread together."""
    office = Office()
    postman = employ(office)
    together = threading.Barrier(8, timeout=SECONDS)

    def call():
        together.wait()
        postman.wake()

    callers = [threading.Thread(target=call) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert office.has_been_visited()
    assert len(postmen()) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_a_postman_of_its_own(employ, postmen):
    """The parent's thread is not the child's; each delivers when it is called, and the parent's goes on."""
    office = Office()
    postman = employ(office)
    postman.wake()
    assert office.has_been_visited()

    def child():
        postman.wake()
        was_visited = office.has_been_visited()
        postman.close()
        return was_visited and postmen() == []

    assert is_true_in_a_child(child)
    postman.wake()
    assert office.has_been_visited()
