"""Eight people sign in with passwords at the same time: how many get in, and what do others notice?"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import mean, median, quantiles

from apps.serving import PEOPLE
from clients import Answers, visit
from report import MILLISECONDS, Budget, Report, Row

_HOME = Path(__file__).parent.parent
_STRATEGIES = ("database", "jwt")
_ROUNDS = 4
_SECONDS = 2.0
_WARM_UP = 1.0


def measure(report: Report, *, folder: Path, peer_python: Path | None) -> None:
    """Compare gatewright behind FastAPI with fastapi-users, which hashes with the same parameters.

    Each application has its own process and the whole machine, one after the other, round after round. The
    strategy ``database`` keeps a session that can be ended, as gatewright does; ``jwt`` keeps nothing.
    """
    with ExitStack() as stack:
        serving = {"ours": _serving(Path(sys.executable), "gatewright_app", folder=folder)}
        if peer_python is not None:
            for strategy in _STRATEGIES:
                serving[strategy] = _serving(peer_python, "fastapi_users_app", strategy, folder=folder)
        answers = _visit_in_turns({name: stack.enter_context(served) for name, served in serving.items()})
    ours = answers.pop("ours")
    if not answers:
        _add_rows(report, ours)
    for strategy, peers in answers.items():
        _add_rows(report, ours, peers, beside=f" (fastapi-users, {strategy})")
    for strategy, peers in answers.items():
        what = f"another endpoint during sign-ins, p99, fastapi-users ({strategy}) to ours"
        report.budgets.append(Budget(what, _percentile(peers, 99) / _percentile(ours, 99), at_least=3))
    if "database" in answers:
        lead = median(one.sign_ins / other.sign_ins for one, other in zip(ours, answers["database"], strict=True))
        report.budgets.append(Budget("sign-ins a second, ours to fastapi-users (database)", lead, at_least=1.5))


def _visit_in_turns(ports: Mapping[str, int]) -> dict[str, list[Answers]]:
    """Have the clients visit each application in every round."""
    answers: dict[str, list[Answers]] = {name: [] for name in ports}
    for port in ports.values():
        asyncio.run(visit(port, PEOPLE, seconds=_WARM_UP))
    for _ in range(_ROUNDS):
        for name, port in ports.items():
            answers[name].append(asyncio.run(visit(port, PEOPLE, seconds=_SECONDS)))
    return answers


def _add_rows(report: Report, ours: Sequence[Answers], peers: Sequence[Answers] = (), *, beside: str = "") -> None:
    """Add what the clients saw, in all rounds together."""
    figures: dict[tuple[str, str], Callable[[Sequence[Answers]], float]] = {
        ("another endpoint during sign-ins, p50", MILLISECONDS): lambda answers: _percentile(answers, 50) * 1e3,
        ("another endpoint during sign-ins, p99", MILLISECONDS): lambda answers: _percentile(answers, 99) * 1e3,
        ("eight people sign in, again and again", "1/s"): lambda answers: mean(each.sign_ins for each in answers),
    }
    for (what, unit), figure in figures.items():
        peer = figure(peers) if peers else None
        ratio = None if peer is None else peer / figure(ours)
        report.rows.append(Row(what + beside, unit, figure(ours), peer=peer, peer_to_ours=ratio))


def _percentile(answers: Sequence[Answers], rank: int) -> float:
    """Return the given percentile of the seconds that pings took, in all rounds together."""
    return quantiles((ping for each in answers for ping in each.pings), n=100)[rank - 1]


@contextmanager
def _serving(python: Path, app: str, *arguments: str, folder: Path) -> Iterator[int]:
    """Run an application in its own process and folder, and yield its port; it stops when its input ends."""
    home = folder / "-".join((app, *arguments))
    home.mkdir()
    path = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        [python, "-m", f"apps.{app}", *arguments],
        cwd=home,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
