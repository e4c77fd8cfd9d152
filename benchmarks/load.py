"""Put the real server under load: several workers, PostgreSQL and Redis, all on this machine.

Visitors sign in with passwords and with wallets, are recognised, and sign out. Then the answers they got are compared
with what the store holds. Exits with 1 if anything that was confirmed is lost, or any answer was wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from disk import working_folder
from loading import growth
from loading.processes import memory, processor_time, with_children
from loading.site import PASSWORD, Site, kept_sessions, make_people, serving
from loading.visitors import Seen, crowd
from servers import postgresql, redis_server

_CLIENTS = 16
_SAMPLES = 10
_GROWTH = (1_000, 10_000, 100_000, 1_000_000)


def main() -> int:
    """Run everything, print it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long the load lasts, for all workers together")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="how many workers, one after the other")
    parser.add_argument(
        "--operations",
        type=int,
        default=0,
        help="how many one process does without HTTP, to see its memory; 0 for none",
    )
    parser.add_argument(
        "--rows", type=int, default=_GROWTH[-1], help="how many sessions the tables grow to; 0 for none"
    )
    arguments = parser.parse_args()
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
    )
    print(f"Load of the last minute: {os.getloadavg()[0]:.1f}. {_CLIENTS} clients.", flush=True)
    each = arguments.seconds / len(arguments.workers)
    wrong = 0
    with working_folder() as folder:
        for number, workers in enumerate(arguments.workers):
            wrong += _put_under_load(_home(folder, f"load-{number}"), workers, seconds=each)
        if arguments.operations:
            _endure(arguments.operations)
        sizes = [size for size in _GROWTH if size <= arguments.rows]
        if sizes:
            _let_grow(sizes)
    return 1 if wrong else 0


def _put_under_load(folder: Path, workers: int, *, seconds: float) -> int:
    """Run the server with so many workers, print what was seen, and return how many answers were wrong."""
    with postgresql() as database_url, redis_server() as redis_url:
        make_people(database_url, _CLIENTS // 4)
        began = kept_sessions(database_url)
        with serving(folder, database_url=database_url, redis_url=redis_url, workers=workers) as site:
            stores = _stores()
            before = processor_time(site.workers), processor_time(stores)
            watch = _Watch(site, seconds=seconds)
            start = perf_counter()
            seen = asyncio.run(crowd(site.port, clients=_CLIENTS, password=PASSWORD, goes_on=watch))
            took = perf_counter() - start
            cost = processor_time(site.workers) - before[0], processor_time(_stores()) - before[1]
        kept = kept_sessions(database_url)
    lost = max(0, seen.begun - (kept[0] - began[0])) + max(0, seen.ended - (kept[1] - began[1]))
    print(f"\nWorkers: {workers}. {seen.operations:,} answers in {took:.0f} s: {seen.operations / took:,.0f} a second.")
    print(f"  processor time an answer: server {cost[0] / seen.operations * 1e6:,.0f} us", end=", ")
    print(f"PostgreSQL and Redis {cost[1] / seen.operations * 1e6:,.0f} us")
    for what, times in sorted(seen.seconds.items()):
        print(
            f"  {what:18} {len(times):8,}   p50 {_percentile(times, 50):7.2f} ms   p99 {_percentile(times, 99):7.2f} ms"
        )
    print(f"  memory of the server, MB: {', '.join(f'{at:,}: {size:.1f}' for at, size in watch.samples)}")
    print(
        f"  sign-ins {seen.begun:,}, sign-outs {seen.ended:,}; lost updates {lost}; errors {dict(seen.errors)}",
        flush=True,
    )
    return lost + seen.errors.total()


class _Watch:
    """Tells whether to go on, and notes the server's memory from time to time."""

    def __init__(self, site: Site, *, seconds: float) -> None:
        self._site = site
        self._start, self._seconds = perf_counter(), seconds
        self.samples: list[tuple[int, float]] = []

    def __call__(self, seen: Seen) -> bool:
        done = (perf_counter() - self._start) / self._seconds
        if done * _SAMPLES >= len(self.samples) + 1:
            self.samples.append((seen.operations, sum(map(memory, self._site.workers))))
        return done < 1


def _endure(operations: int) -> None:
    """Have a separate process do so many operations, and print its memory along the way."""
    # A million operations commit 300,000 times: waiting for the disk would take most of the time, and no memory.
    with postgresql("fsync=off") as database_url, redis_server() as redis_url:
        make_people(database_url, 1)
        command = [sys.executable, "-m", "loading.endurance", database_url, redis_url, str(operations)]
        subprocess.run(command, cwd=Path(__file__).parent, check=True)


def _stores() -> Sequence[int]:
    """Return the processes of the servers that this one has started, except the one under load."""
    names = {"postgres", "redis-server"}
    return [each for each in with_children(os.getpid()) if Path(f"/proc/{each}/comm").read_text().strip() in names]


def _let_grow(sizes: Sequence[int]) -> None:
    """Print what an operation costs while tables grow, and the plans for ten times as many rows."""
    with postgresql() as database_url:
        make_people(database_url, 0)
        taken = growth.measure(database_url, sizes)
        plans = growth.plans(database_url)
    print("\nSessions in the table, ten of each account; median of a statement and its way there and back, us")
    print(f"  {'':28}" + "".join(f"{size:>12,}" for size in sizes))
    for name in taken[sizes[0]]:
        print(f"  {name:28}" + "".join(f"{taken[size][name]:12.0f}" for size in sizes))
    print(f"Plans for {sizes[-1] * 10:,} sessions use these indexes, and read no table as a whole:")
    for name, indexes in plans.items():
        print(f"  {name:28}{', '.join(indexes)}")


def _percentile(seconds: Sequence[float], percent: int) -> float:
    """Return a percentile, in milliseconds."""
    return 1000 * (quantiles(seconds, n=100)[percent - 1] if len(seconds) > 1 else seconds[0])


def _home(folder: Path, name: str) -> Path:
    home = folder / name
    home.mkdir()
    return home


if __name__ == "__main__":
    sys.exit(main())
