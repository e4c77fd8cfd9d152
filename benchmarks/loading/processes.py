"""What processes cost, as Linux keeps account of it: what else runs on the machine has no part in it."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterable
from pathlib import Path


def with_children(process: int) -> list[int]:
    """Return a process and all that it has started, theirs included."""
    threads = Path(f"/proc/{process}/task").iterdir()
    children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return [process, *(below for child in children for below in with_children(child))]


def processor_time(processes: Iterable[int]) -> float:
    """Return the seconds of processor time that all threads of processes have had, to the nanosecond.

    Those that have ended are in it, too: some database drivers run in one for each connection.

    Raises:
        ProcessLookupError: If one is no more.
    """
    return sum(map(_processor_time_of, processes))


def memory(process: int) -> float:
    """Return a process's own memory, in MB: what it shares with nobody, and its part of the rest."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _processor_time_of(process: int) -> float:
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock)) != 0:
        raise ProcessLookupError(process)
    return time.clock_gettime(clock.value)
