"""Start: import the library and open an existing database, in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from database import SECRET, make_database
from peer import Peers
from report import Report, Row

_PROCESSES = 5
_PROBE = Path(__file__).parent.parent / "startup_probe.py"


def measure(report: Report, *, folder: Path, peers: Peers) -> None:
    """Compare the time and memory that a process needs beyond those of a bare Python."""
    home = folder / "startup"
    home.mkdir()
    make_database(home / "gatewright.db")
    pythons = {"gatewright": Path(sys.executable)}
    if peers.python is not None:
        pythons["evrmore_authentication"] = peers.python
    taken: dict[str, list[dict[str, float]]] = {library: [] for library in pythons}
    for _ in range(_PROCESSES + 1):
        for library, python in pythons.items():
            taken[library].append(_start(python, library, home))
    for what, unit, measure, scale in (
        ("start: import and open", "ms", "seconds", 1e3),
        ("memory above bare Python", "MB", "bytes", 1e-6),
    ):
        # The first process of each only warms the disk cache.
        ours, *rest = (median(probe[measure] for probe in probes[1:]) * scale for probes in taken.values())
        peer = rest[0] if rest else None
        report.rows.append(Row(what, unit, ours, peer=peer, peer_to_ours=None if peer is None else peer / ours))


def _start(python: Path, library: str, home: Path) -> dict[str, float]:
    """Start a library in a fresh process and return what it took."""
    environment = os.environ | {"GATEWRIGHT_JWT_SECRET": SECRET}
    done = subprocess.run(
        [python, "-E", _PROBE, library], cwd=home, env=environment, check=True, capture_output=True, text=True
    )
    taken: dict[str, float] = json.loads(done.stdout)
    return taken
