"""Measure gatewright against the bare libraries and against evrmore-authentication, all in one run.

Exits with 1 where a budget is missed, unless ``--no-fail`` is given.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from time import perf_counter

from cases import hooks, sign_in, startup, validate, verify
from disk import filesystem_of, working_folder
from peer import REQUIREMENT, Peers, find_peer_python
from report import Report


def main() -> int:
    """Run every case, print the report and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-fail", action="store_true", help="only report: exit with 0 even if a budget is missed")
    arguments = parser.parse_args()
    began = perf_counter()
    _share_one_core()
    report = Report()
    with working_folder() as folder, Peers(find_peer_python(), folder=folder) as peers:
        print(_setting(filesystem_of(folder), has_peer=peers.python is not None), flush=True)
        verify.measure(report, folder=folder, peers=peers)
        sign_in.measure(report, folder=folder, peers=peers)
        validate.measure(report, folder=folder, peers=peers)
        hooks.measure(report)
        startup.measure(report, folder=folder, peers=peers)
    print(f"\n{report}\n\nMeasured in {perf_counter() - began:.0f} s.")
    return 0 if report.is_within_budget or arguments.no_fail else 1


def _share_one_core() -> None:
    """Keep this process and the peer's on the same core, so that what else is running slows them alike."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _setting(filesystem: str, *, has_peer: bool) -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    peer = REQUIREMENT.replace("==", " ") if has_peer else "no peer"
    machine = f"{os.cpu_count()} cores, {platform.system()}, files on {filesystem}"
    return f"{python}, SQLite {sqlite3.sqlite_version}, {machine}; against the bare libraries and {peer}."


if __name__ == "__main__":
    sys.exit(main())
