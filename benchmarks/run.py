"""Measure gatewright against the bare libraries and against its peers, all in one run.

Exits with 1 if a budget is missed, unless ``--no-fail`` is given.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from time import perf_counter

from cases import (
    hooks,
    passkey,
    password,
    request,
    sign_in,
    sign_in_at_once,
    startup,
    stores,
    timing,
    validate,
    verify,
    visit,
)
from disk import filesystem_of, working_folder
from peer import Peers
from report import Report
from virtualenv import EVRMORE, FASTAPI_USERS, WEB


def main() -> int:
    """Run every case, print the report and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-fail", action="store_true", help="only report: exit with 0 even if a budget is missed")
    arguments = parser.parse_args()
    began = perf_counter()
    report = Report()
    pythons = {peer: peer.find_python() for peer in (EVRMORE, FASTAPI_USERS, WEB)}
    with working_folder() as folder, Peers(pythons[EVRMORE], folder=folder) as peers:
        print(_setting(filesystem_of(folder), [str(peer) for peer, python in pythons.items() if python]), flush=True)
        sign_in_at_once.measure(report, folder=folder, peer_python=pythons[FASTAPI_USERS])
        request.measure(report, folder=folder, python=pythons[WEB])
        stores.measure(report, folder=folder)
        timing.measure(report, folder=folder)
        _share_one_core()
        verify.measure(report, folder=folder, peers=peers)
        sign_in.measure(report, folder=folder, peers=peers)
        validate.measure(report, folder=folder, peers=peers)
        password.measure(report, folder=folder)
        passkey.measure(report, folder=folder)
        visit.measure(report, folder=folder)
        hooks.measure(report)
        startup.measure(report, folder=folder, peers=peers)
    print(f"\n{report}\n\nMeasured in {perf_counter() - began:.0f} s.")
    return 0 if report.is_within_budget or arguments.no_fail else 1


def _share_one_core() -> None:
    """Keep this process and the peer's on the same core, so that other processes slow them alike."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _setting(filesystem: str, peers: list[str]) -> str:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{os.cpu_count()} cores, {platform.system()}, files on {filesystem}"
    others = ", ".join(["the bare libraries", *peers])
    return f"{python}, SQLite {sqlite3.sqlite_version}, {machine}; against {others}."


if __name__ == "__main__":
    sys.exit(main())
