"""What processes cost according to Linux's accounts, to which other processes do not contribute."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterable
from pathlib import Path


def with_children(process: int) -> list[int]:
    """Return a process and all its descendants."""
    threads = Path(f"/proc/{process}/task").iterdir()
    children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return [process, *(below for child in children for below in with_children(child))]


def processor_time(processes: Iterable[int]) -> float:
    """Return the processor time of all threads of the processes, in seconds, to the nanosecond.

    Threads that have ended are included: some database drivers run in one thread per connection.

    Raises:
        ProcessLookupError: If a process no longer exists.
    """
    return sum(map(_processor_time_of, processes))


def memory(process: int) -> float:
    """Return a process's own memory, in MB: what it shares with nobody, and its share of the rest."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _processor_time_of(process: int) -> float:
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock)) != 0:
        raise ProcessLookupError(process)
    return time.clock_gettime(clock.value)
