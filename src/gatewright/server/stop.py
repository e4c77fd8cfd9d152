"""Graceful shutdown: let load balancers notice that the server is stopping before it refuses connections."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stop:
    """Whether the process has been asked to stop.

    Attributes:
        is_requested: Whether it has.
    """

    def __init__(self) -> None:
        self.is_requested = False

    @contextmanager
    def awaited(self, delay: float) -> Iterator[None]:
        """Handle SIGTERM, by which service managers and container platforms stop a process.

        The server's own handler then runs, immediately or after the delay. Ctrl-C stops it at once, as before.

        Args:
            delay: Seconds.
        """
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread can handle signals: this server is embedded in another program
            return
        loop, ends = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

        def note(number: int, frame: FrameType | None) -> None:
            is_first, self.is_requested = not self.is_requested, True
            if is_first and delay:
                loop.call_soon_threadsafe(lambda: loop.call_later(delay, _go_on, ends, number))
            else:
                _go_on(ends, number, frame)

        signal.signal(signal.SIGTERM, note)
        _end_with_terminal()
        _end_with_parent()
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, ends)


def _end_with_terminal() -> None:
    """Stop a single process as by SIGTERM when its terminal closes; with several, the parent restarts the workers."""
    is_alone = multiprocessing.parent_process() is None
    if is_alone and hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # and no nohup
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def _end_with_parent() -> None:
    """Stop a worker when its parent process has ended, for whatever reason: nothing else would stop it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="gatewright-parent", daemon=True).start()


def _go_on(handler: Any, number: int, frame: FrameType | None = None) -> None:
    """Do what the previous handler would have done."""
    if callable(handler):
        handler(number, frame)
    elif handler == signal.SIG_DFL:
        signal.signal(number, handler)
        signal.raise_signal(number)
