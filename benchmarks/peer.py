"""evrmore-authentication, in separate processes."""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from measure import Turn

_HERE = Path(__file__).parent


class Peers:
    """The peer at work: one process for each number of rows in its database, started when it is first needed.

    Args:
        python: The interpreter that has the peer, or None if it takes no part.
        folder: Where its databases go.
    """

    def __init__(self, python: Path | None, *, folder: Path) -> None:
        self.python = python
        self.folder = folder
        self._processes: dict[int, subprocess.Popen[str]] = {}
        self._stack = ExitStack()

    def enter(self, turns: dict[str, Turn], name: str, *, case: str, rows: int, number: int) -> None:
        """Let the peer take part in a race as ``name``, if there is a peer.

        Args:
            turns: The race's contenders.
            name: The peer's name in the race.
            case: A case of ``peer_evrmore.py``.
            rows: How many rows its tables hold.
            number: How often it does its work per turn.
        """
        if self.python is None:
            return
        process = self._processes.get(rows) or self._start(self.python, rows)
        turns[name] = lambda: _ask(process, [case, number])

    def _start(self, python: Path, rows: int) -> subprocess.Popen[str]:
        home = self.folder / f"peer-{rows}"
        home.mkdir()
        process = self._stack.enter_context(
            subprocess.Popen(
                [python, "-E", _HERE / "peer_evrmore.py", str(rows)],
                cwd=home,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        self._processes[rows] = process
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _ask(process: subprocess.Popen[str], request: list[object]) -> float:
    """Send one request to the peer and wait for its answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    print(json.dumps(request), file=process.stdin, flush=True)
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError(f"The peer stopped:\n{process.stderr.read()}")
    return float(json.loads(answer))
