"""Ports for servers of the tests' own."""

from __future__ import annotations

import os
import socket

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on, and that no other worker of this run is given.

    Between this answer and the start of a server the port is free, so that two workers might both take it. Linux gives
    such questions odd numbers alone; hence the half of it.
    """
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port // 2 % _WORKERS == _WORKER:
            return port
