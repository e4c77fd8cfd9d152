"""Migrates a new database again and again, killed by SIGKILL before its first, second, third... statement.

Argument: a folder. Each run leaves `<n>.db` and, in `<n>.log`, the statements up to the one that it died at. The last
run survives. Imports once and forks for each run, to be quick.
"""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import sys
from pathlib import Path

import alembic.command  # noqa: F401 - imported here once instead of in every run

from gatewright import EvrmoreAuth

SECRET = "a secret for tests, longer than 32 bytes"


def main(folder: str) -> None:
    for number in itertools.count(1):
        process = os.fork()
        if process == 0:
            run(Path(folder) / f"{number}.db", number)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))


def run(path: Path, number: int) -> None:
    events = itertools.count(1)
    log = path.with_suffix(".log").open("w")

    def reached(event: str) -> None:
        print(" ".join(event.split()), file=log, flush=True)
        if next(events) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    trace_statements(reached)
    EvrmoreAuth(f"sqlite:///{path}", jwt_secret=SECRET)


def trace_statements(reached) -> None:
    connect = sqlite3.connect

    def connect_traced(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(reached)
        return connection

    sqlite3.connect = connect_traced


main(*sys.argv[1:])
