"""What is measured by `make bench` still runs: each case that needs no peer, with few rows and one round.

How long anything takes is asserted nowhere.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
SMALLER = {
    "sign_in": {"_ROWS": (0, 1_000), "_WALLETS": 2},
    "validate": {"_SIZES": (1_000, 2_000)},
    "visit": {"_SIZES": (1_000, 2_000)},
    "password": {"_USERS": 10, "_TIMES": 1, "_WARM_UP": 1},
    "passkey": {},
    "verify": {},
    "stores": {"_TIMES": 2, "_ROUNDS": 1},
    "timing": {"_SIGN_INS": 10, "_MAILS": 10, "_WARM_UP": 1},
}
"""Case -> what makes it small."""


@pytest.fixture
def load(monkeypatch):
    """Import a module of the benchmarks, which are scripts beside each other and no package."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(BENCHMARKS)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(BENCHMARKS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.mark.parametrize("name", SMALLER)
def test_a_case_measures_something(load, monkeypatch, tmp_path, name):
    """A case reports figures, and every comparison that it makes beforehand holds."""
    case, report = load(f"cases.{name}"), load("report").Report()
    for constant, value in SMALLER[name].items():
        monkeypatch.setattr(case, constant, value)
    if hasattr(case, "race"):
        race = case.race
        monkeypatch.setattr(case, "race", lambda turns, **_: race(turns, rounds=1, warm_up=0))
    needs_peers = "peers" in case.measure.__annotations__
    peers = load("peer").Peers(None, folder=tmp_path) if needs_peers else nullcontext()

    with peers as taking_part:
        case.measure(report, folder=tmp_path, **({"peers": taking_part} if needs_peers else {}))

    assert report.rows or report.timings
    assert all(row.ours > 0 for row in report.rows)
