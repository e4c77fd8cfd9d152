"""A burst of sign-ins takes the memory of a few hashes, whatever number of threads a server has."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatewright.drive import run_to_completion
from gatewright.errors import BusyError
from gatewright.offload import PasswordsHere, hashing


class SlowHasher:
    """Hashes until it is told to end, and counts how many do at once."""

    def __init__(self):
        self.may_end = threading.Event()
        self.begun = threading.Semaphore(0)
        self.running = self.most = 0
        self._lock = threading.Lock()

    def hash(self, password):
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.begun.release()
        assert self.may_end.wait(20)
        with self._lock:
            self.running -= 1
        return password


@pytest.fixture
def hasher():
    return SlowHasher()


def test_threads_hash_a_few_at_once_and_the_rest_are_told_to_come_back(hasher):
    """Two at once, three wait, and of ten callers five are refused at once, with a time to come back."""
    passwords = PasswordsHere(hasher, at_once=2, queue=3)

    def hash_one(number):
        try:
            return run_to_completion(passwords.hash(str(number)))
        except BusyError as error:
            return error.retry_after

    with ThreadPoolExecutor(10) as callers:
        answers = [callers.submit(hash_one, number) for number in range(10)]
        refused = 0
        while refused < 5:
            refused = sum(answer.done() for answer in answers)
        hasher.may_end.set()
        answered = [answer.result() for answer in answers]

    assert hasher.most == 2
    assert answered.count(2) == 5


def test_those_who_were_refused_can_come_back(hasher):
    """A place is given back, whatever came of it."""
    passwords = PasswordsHere(hasher, at_once=1, queue=0)
    hasher.may_end.set()

    for _ in range(3):
        assert run_to_completion(passwords.hash("a")) == "a"
        with pytest.raises(AttributeError):
            run_to_completion(passwords.verify("a", against=None, by=object()))


def test_threads_that_come_first_at_once_share_one_queue(hasher, monkeypatch):
    """Whoever is overtaken while making the queue is refused like everybody after the other."""
    made, is_making = itertools.count(), threading.Event()

    def make_slowly(value):
        if next(made) == 0:
            is_making.set()
            assert hasher.begun.acquire(timeout=20)
        return threading.BoundedSemaphore(value)

    monkeypatch.setattr(hashing, "BoundedSemaphore", make_slowly)
    passwords = PasswordsHere(hasher, at_once=1, queue=0)
    with ThreadPoolExecutor(2) as callers:
        overtaken = callers.submit(run_to_completion, passwords.hash("overtaken"))
        assert is_making.wait(20)
        quick = callers.submit(run_to_completion, passwords.hash("quick"))
        with pytest.raises(BusyError):
            overtaken.result(timeout=5)
        hasher.may_end.set()
        assert quick.result(timeout=20) == "quick"
