"""Send emails in the background, in one thread per process."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

_logger = logging.getLogger("gatewright.mail")

_PAUSE = 60.0
"""Seconds between checks for waiting emails: only the store knows when each is due."""

_HEAD_START = 0.05
"""Seconds by which delivery is delayed so that the response goes first: writing emails at the same time would slow it,
and its timing would reveal whether there was an account to write to."""

_LAST_ROUND = 5.0
"""Maximum duration of the last delivery, in seconds, when the mail worker is closed."""


class MailWorker:
    """Delivers emails in a thread of its own, started on the first wake-up, and again in every forked child.

    Args:
        deliver: Sends the emails that are due, and returns whether others are still waiting.
        pause_seconds: Interval between checks for waiting emails if nobody wakes the mail worker.
    """

    def __init__(self, deliver: Callable[[], bool], *, pause_seconds: float = _PAUSE) -> None:
        self._deliver = deliver
        self._pause_seconds = pause_seconds
        self._rounds: dict[int, _Rounds] = {}

    def wake(self) -> None:
        """Signal that there is something to deliver. Returns at once."""
        process = os.getpid()  # a child inherits neither its parent's threads nor anybody to release its locks
        rounds = self._rounds.get(process) or self._rounds.setdefault(
            process, _Rounds(self._deliver, pause_seconds=self._pause_seconds)
        )
        rounds.wake()

    def close(self) -> None:
        """Deliver what it was woken for, within a time limit, and stop. Waking it again restarts it.

        Emails that are not sent by then stay in the store.
        """
        rounds = self._rounds.pop(os.getpid(), None)
        if rounds is not None:
            rounds.stop()


class _Rounds:
    """The mail worker's thread in one process."""

    def __init__(self, deliver: Callable[[], bool], *, pause_seconds: float) -> None:
        self._deliver = deliver
        self._pause_seconds = pause_seconds
        self._is_woken = False
        self._over = threading.Event()
        self._something_happens = threading.Event()
        self._start = threading.Lock()
        # A daemon thread: emails are stored, so no process needs to stay alive for them.
        self._thread = threading.Thread(target=self._run, name="gatewright-mail", daemon=True)

    def wake(self) -> None:
        self._is_woken = True
        self._something_happens.set()
        with self._start:
            if self._thread.ident is None:
                self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._something_happens.set()
        with self._start:
            is_started = self._thread.ident is not None
        if is_started and self._thread is not threading.current_thread():
            self._thread.join(_LAST_ROUND)

    def _run(self) -> None:
        while self._is_woken or not self._over.is_set():
            self._over.wait(_HEAD_START)
            self._is_woken = False
            self._something_happens.clear()
            is_mail_waiting = self._go_round()
            if not (self._is_woken or self._over.is_set()):
                self._something_happens.wait(self._pause_seconds if is_mail_waiting else None)

    def _go_round(self) -> bool:
        """Deliver once, and return whether emails may still be waiting; after an error, they may."""
        try:
            return self._deliver()
        except Exception:  # a temporary outage of the store must not end delivery for good
            _logger.exception("Emails could not be delivered. They stay queued and will be retried.")
            return True
