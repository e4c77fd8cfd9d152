"""Acts on a new database again and again, killed by SIGKILL before its first, second, third... statement.

Arguments: `sign_in`, `visit` or `migrate`, a folder, an address and its key. Each run leaves `<n>.db` and, in
`<n>.log`, the statements up to the one that it died at. The last run survives. Imports once and forks for each run,
to be quick.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sqlite3
import sys
from pathlib import Path

import alembic.command  # noqa: F401 - imported here once instead of in every run

from gatewright import EvrmoreAuth

SECRET = "a secret for tests, longer than 32 bytes"
HASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43


def main(act: str, folder: str, address: str, wif: str) -> None:
    for number in itertools.count(1):
        process = os.fork()
        if process == 0:
            run(act, Path(folder) / f"{number}.db", number, address, wif)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))


def run(act: str, path: Path, number: int, address: str, wif: str) -> None:
    events = itertools.count(1)
    log = path.with_suffix(".log").open("w")

    def reached(event: str) -> None:
        print(" ".join(event.split()), file=log, flush=True)
        if next(events) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    if act == "migrate":
        trace_statements(reached)
        EvrmoreAuth(f"sqlite:///{path}", jwt_secret=SECRET)
        return
    auth = EvrmoreAuth(f"sqlite:///{path}", jwt_secret=SECRET)
    if act == "visit":
        visit(auth, path.with_suffix(".cookie"), reached)
        return
    challenge = auth.generate_challenge(address)
    signature = auth.sign_message(wif, challenge)
    auth.close()
    trace_statements(reached)
    auth.add_hook("post_auth", lambda: reached("post_auth"))
    auth.authenticate(address, challenge, signature)


def visit(auth: EvrmoreAuth, cookie: Path, reached) -> None:
    """Sign in where somebody was signed in: the visit's previous session ends with the transaction of the new one."""
    auth.create_user("carol", password_hash=HASH, is_verified=True)
    carol = auth.bypass("carol", "SQLUserProvider")
    mapping = {}
    auth.guard(mapping).store(carol)
    cookie.write_text(json.dumps(mapping))
    auth.close()
    trace_statements(reached)
    auth.add_hook("post_auth", lambda: reached("post_auth"))
    auth.guard(mapping).store(carol)


def trace_statements(reached) -> None:
    connect = sqlite3.connect

    def connect_traced(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(reached)
        return connection

    sqlite3.connect = connect_traced


main(*sys.argv[1:])
