"""What processes cost, as Linux keeps account of it: what else runs on the machine has no part in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def with_children(process: int) -> list[int]:
    """Return a process and all that it has started, theirs included."""
    threads = Path(f"/proc/{process}/task").iterdir()
    children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return [process, *(below for child in children for below in with_children(child))]


def processor_time(processes: Iterable[int]) -> float:
    """Return the seconds of processor time that the threads of processes have had."""
    threads = (thread for process in processes for thread in Path(f"/proc/{process}/task").iterdir())
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def memory(process: int) -> float:
    """Return a process's own memory, in MB: what it shares with nobody, and its part of the rest."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
