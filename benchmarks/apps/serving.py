"""Serve an application on the loopback interface. Needs only uvicorn, since it also runs in the peer's virtualenv."""

from __future__ import annotations

import socket
import sys
import threading
from typing import Any

import uvicorn

PEOPLE = {f"person{number}@example.com": f"correct horse battery staple {number}" for number in range(8)}
"""Who can sign in, and their passwords."""


def serve(app: Any) -> None:
    """Serve until standard input ends; the first line of standard output is the port that the system chose.

    It uses the event loop and the parser that every installation has, so that all applications run on the same ones.
    """
    server = _Server(
        uvicorn.Config(app, port=0, loop="asyncio", http="h11", access_log=False, log_level="warning"),
    )
    threading.Thread(target=server.stop_at_end_of_input, daemon=True).start()
    server.run()


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)

    def stop_at_end_of_input(self) -> None:
        sys.stdin.read()
        self.should_exit = True
