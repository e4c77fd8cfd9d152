"""What a request costs a server, anonymous or signed in: ours, what people write by hand, and the peers."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from loading.processes import memory as memory_of
from loading.processes import processor_time
from report import MICROSECONDS, Budget, Report, Row
from servers import free_port, running

_HOME = Path(__file__).parent.parent
_CONNECTIONS = 32
_TURNS = 4
"""How many requests each connection sends in a round: few, so that a slow moment of the machine hits every server."""
_STARTS = 6
_ROUNDS = 15
_PATIENCE = 60.0

_FASTAPI = ("bare", "ours", "hand", "users-jwt", "users-database")
_WSGI = ("flask ours", "flask peer", "django ours", "django peer")
_BESIDE = {"ours": "users-database", "flask ours": "flask peer", "django ours": "django peer"}
"""Ours -> the peer whose memory is compared."""


@dataclass(frozen=True)
class Server:
    """An application that answers.

    Args:
        port: Where it listens.
        worker: The process that answers.
        visits: The headers by which it recognises each kind of visitor.
    """

    port: int
    worker: int
    visits: Mapping[str, Mapping[str, str]]

    def cost(self, path: str, visitor: str = "") -> float:
        """Return the seconds of processor time that one request takes; other processes do not count."""
        request = _request_for(path, self.visits.get(visitor, {}))
        before = processor_time([self.worker])
        _ask(self.port, request, connections=_CONNECTIONS, turns=_TURNS)
        return (processor_time([self.worker]) - before) / (_CONNECTIONS * _TURNS)


def measure(report: Report, *, folder: Path, python: Path | None) -> None:
    """Compare processor time per request, one worker each: uvicorn on uvloop and httptools, gunicorn's sync worker."""
    if python is None or not Path("/proc/self/smaps_rollup").exists():
        return
    starts = [_start(python, folder=folder / f"request-{number}") for number in range(_STARTS)]
    costs, memory = _median([costs for costs, _ in starts]), _median([memory for _, memory in starts])
    _add_rows(report, costs, memory)
    _add_budgets(report, costs)
    for name, peer in _BESIDE.items():
        what = f"memory of an idle worker, {_framework_of(name)}, to the peer's"
        report.budgets.append(Budget(what, memory[name] / memory[peer], at_most=1.0))


def _start(python: Path, *, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Start all applications, and return what each kind of request costs them, and their memory before the first.

    Where a process's code and data end up in the processor's caches is chance, and stays so until the process ends.
    So a single start tells little.
    """
    folder.mkdir()
    with ExitStack() as stack:
        servers = {name: stack.enter_context(_serving(python, name, folder=folder)) for name in (*_FASTAPI, *_WSGI)}
        memory = {name: memory_of(server.worker) for name, server in servers.items()}
        return _costs_in_turns(servers), memory


def _median(starts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each figure over all starts."""
    return {name: median(start[name] for start in starts) for name in starts[0]}


def _costs_in_turns(servers: Mapping[str, Server]) -> dict[str, float]:
    """Return what each kind of request costs each server: the median of several rounds, taking turns."""
    turns = {f"{name} open": (server, "/open", "") for name, server in servers.items()}
    for name, server in servers.items():
        turns |= {f"{name} {visitor}": (server, "/mine", visitor) for visitor in server.visits}
    costs: dict[str, list[float]] = {turn: [] for turn in turns}
    for number in range(-1, _ROUNDS):
        for turn, (server, path, visitor) in turns.items():
            cost = server.cost(path, visitor)
            if number >= 0:
                costs[turn].append(cost)
    return {turn: median(seconds) for turn, seconds in costs.items()}


def _added(costs: Mapping[str, float], name: str, visitor: str) -> float:
    """Return what a signed-in visitor adds to the cost of an open request of the same application."""
    return costs[f"{name} {visitor}"] - costs[f"{name} open"]


def _add_rows(report: Report, costs: Mapping[str, float], memory: Mapping[str, float]) -> None:
    hand = _added(costs, "hand", "bearer")
    report.rows.append(_row("FastAPI, open request, beside no gatewright", costs["ours open"], bare=costs["bare open"]))
    token = _added(costs, "ours", "bearer")
    report.rows.append(_row("FastAPI, a token adds, beside HTTPBearer and PyJWT", token, bare=hand))
    for strategy in ("jwt", "database"):
        peer = _added(costs, f"users-{strategy}", "bearer")
        report.rows.append(_row(f"FastAPI, a token adds (fastapi-users, {strategy})", token, peer=peer))
    report.rows.append(_row("FastAPI, a cookie adds", _added(costs, "ours", "cookie"), bare=hand))
    for name, peer_name in (("flask", "Flask-Login"), ("django", "django.contrib.auth")):
        ours, peer = _added(costs, f"{name} ours", "cookie"), _added(costs, f"{name} peer", "cookie")
        report.rows.append(_row(f"{name.title()}, a cookie adds ({peer_name})", ours, peer=peer))
    for ours_name, peer_name in _BESIDE.items():
        what = f"memory of an idle worker, {_framework_of(ours_name)}"
        one, other = memory[ours_name], memory[peer_name]
        report.rows.append(Row(what, "MB", one, peer=other, peer_to_ours=other / one))


def _framework_of(name: str) -> str:
    return name.removesuffix("ours").strip() or "fastapi"


def _row(what: str, ours: float, *, bare: float | None = None, peer: float | None = None) -> Row:
    return Row(
        what,
        MICROSECONDS,
        ours * 1e6,
        bare=None if bare is None else bare * 1e6,
        to_bare=None if bare is None else ours / bare,
        peer=None if peer is None else peer * 1e6,
        peer_to_ours=None if peer is None else peer / ours,
    )


def _add_budgets(report: Report, costs: Mapping[str, float]) -> None:
    token, hand = _added(costs, "ours", "bearer"), _added(costs, "hand", "bearer")
    bounds = {
        "FastAPI, an open request, to the same without gatewright": (
            costs["ours open"] / costs["bare open"],
            1.05,
        ),
        "FastAPI, what a token adds, to HTTPBearer and PyJWT without revocation": (token / hand, 1.0),
        "Flask, what a cookie adds, to Flask-Login": (
            _added(costs, "flask ours", "cookie") / _added(costs, "flask peer", "cookie"),
            0.2,
        ),
        "Django, what a cookie adds, to Django's own sessions": (
            _added(costs, "django ours", "cookie") / _added(costs, "django peer", "cookie"),
            0.15,
        ),
    }
    report.budgets += [Budget(what, figure, at_most=bound) for what, (figure, bound) in bounds.items()]
    database = _added(costs, "users-database", "bearer") / token
    report.budgets.append(Budget("FastAPI, what a token adds, fastapi-users (database) to ours", database, at_least=20))


@contextmanager
def _serving(python: Path, name: str, *, folder: Path) -> Iterator[Server]:
    """Run one application with one worker, in a folder of its own."""
    home = folder / name.replace(" ", "-")
    home.mkdir()
    port = free_port()
    framework, _, kind = name.partition(" ")
    command = [python, "-m", "apps.request_fastapi", name, str(port)]
    if kind:
        application = f"apps.request_{framework}:{kind}()"
        command = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "critical", application]
    path = os.pathsep.join((str(_HOME), str(_HOME.parent / "src")))
    with running(command, home, ready=partial(_answers, port), environment={"PYTHONPATH": path}) as process:
        worker = process.pid if not kind else _child_of(process.pid)
        yield Server(port, worker, json.loads((home / "visits.json").read_text()))


def _answers(port: int) -> bool:
    try:
        _ask(port, _request_for("/open", {}))
    except (OSError, ValueError):
        return False
    return True


def _request_for(path: str, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()


def _ask(port: int, request: bytes, *, connections: int = 1, turns: int = 1) -> None:
    """Send a request repeatedly over several connections at once, each kept alive as long as the server allows."""
    open_ones: list[socket.socket] = []
    try:
        for _ in range(turns):
            while len(open_ones) < connections:
                open_ones.append(socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE))
            for connection in open_ones:
                connection.sendall(request)
            for connection in tuple(open_ones):
                if not _stays(connection):
                    open_ones.remove(connection)
                    connection.close()
    finally:
        for connection in open_ones:
            connection.close()


def _stays(connection: socket.socket) -> bool:
    """Read an answer, and return whether the connection stays open."""
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = connection.recv(65536)
        if not chunk:
            raise ValueError("The server has gone.")
        head += chunk
    head, _, body = head.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(head[:200].decode("latin-1"))
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    left = int(fields.get(b"content-length", b"0")) - len(body)
    while left > 0:
        left -= len(connection.recv(left))
    return fields.get(b"connection") != b"close"


def _child_of(process: int) -> int:
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])
