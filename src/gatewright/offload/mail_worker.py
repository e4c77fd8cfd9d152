"""Sends the mails in the background: one thread in each process."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

_logger = logging.getLogger("gatewright.mail")

_PAUSE = 60.0
"""Seconds after which mails that wait are looked at again: only the store knows when each is due."""

_HEAD_START = 0.05
"""Seconds that whoever has woken the mail worker has to answer first: mails that are made beside an answer slow it, and
who measures that learns that there was somebody to write to."""

_LAST_ROUND = 5.0
"""Seconds that the last delivery may take when the mail worker is closed."""


class MailWorker:
    """Delivers in a thread of its own, which starts when it is first woken, and once more in every forked child.

    Args:
        deliver: Sends what is due, and says whether mails still wait.
        pause_seconds: After how long waiting mails are looked at again, if nobody wakes the mail worker before.
    """

    def __init__(self, deliver: Callable[[], bool], *, pause_seconds: float = _PAUSE) -> None:
        self._deliver = deliver
        self._pause_seconds = pause_seconds
        self._rounds: dict[int, _Rounds] = {}

    def wake(self) -> None:
        """Say that there is something to deliver. Returns at once."""
        process = os.getpid()  # a child inherits neither its parent's threads nor a lock that somebody will release
        rounds = self._rounds.get(process) or self._rounds.setdefault(
            process, _Rounds(self._deliver, pause_seconds=self._pause_seconds)
        )
        rounds.wake()

    def close(self) -> None:
        """Deliver what it was woken for, if that does not take too long, and stop. Waking it again starts anew.

        What is not sent by then waits in the store.
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
        # A daemon: mails keep, so no process stays alive for them.
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
        """Deliver once, and say whether mails still wait; they may, after an error."""
        try:
            return self._deliver()
        except Exception:  # a store that is down for a while must not end the delivery for good
            _logger.exception("Mails could not be delivered. They wait, and are tried again.")
            return True
