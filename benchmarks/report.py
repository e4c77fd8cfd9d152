"""The report as text: a table of medians and ratios, and the budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from measure import Race

_TIMING = ("over HTTP, us", "this one", "nobody", "difference", "in percent", "|t|", "d")
MICROSECONDS = "us"
MILLISECONDS = "ms"


@dataclass(frozen=True)
class Row:
    """One line of the table; None stands for what does not exist or could not be measured."""

    what: str
    unit: str
    ours: float
    bare: float | None = None
    to_bare: float | None = None
    peer: float | None = None
    peer_to_ours: float | None = None


@dataclass(frozen=True)
class Budget:
    """The most that a figure may be, or the least that it must be, in ``unit``: ``x`` for a ratio."""

    what: str
    figure: float
    at_most: float = inf
    at_least: float = 0
    unit: str = "x"

    @property
    def is_met(self) -> bool:
        """Whether the figure stays within the budget."""
        return self.at_least <= self.figure <= self.at_most

    def __str__(self) -> str:
        verdict = "met" if self.is_met else "MISSED"
        bound = f"at least {self.at_least:.2f}" if self.at_least else f"at most  {self.at_most:.2f}"
        return f"{verdict:6}  {self.figure:6.2f} {self.unit:2}, {bound} {self.unit:2}  {self.what}"


@dataclass
class Report:
    """Collects the rows and the budgets of one run."""

    rows: list[Row] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)
    timings: list[tuple[str, ...]] = field(default_factory=list)
    """How long a request of an account's owner takes, compared with one for a name nobody has: a row of `_TIMING`."""

    def add_race(self, what: str, result: Race, *, ours: str = "ours", bare: str = "bare", peer: str = "peer") -> None:
        """Add a row in which ``ours``, ``bare`` and ``peer`` name contenders; the peer may be missing."""
        has_peer = peer in result
        self.rows.append(
            Row(
                what=what,
                unit=MICROSECONDS,
                ours=result.median(ours) * 1e6,
                bare=result.median(bare) * 1e6,
                to_bare=result.ratio(ours, bare),
                peer=result.median(peer) * 1e6 if has_peer else None,
                peer_to_ours=result.ratio(peer, ours) if has_peer else None,
            )
        )

    @property
    def is_within_budget(self) -> bool:
        """Whether every budget is met."""
        return all(budget.is_met for budget in self.budgets)

    def __str__(self) -> str:
        head = ("", "unit", "gatewright", "bare", "ratio to bare", "peer", "its ratio to us")
        table = _table([head, *map(_cells, self.rows)])
        timings = _table([_TIMING, *self.timings]) if self.timings else ""
        return "\n".join([table, "", timings, "", "Budgets", *map(str, self.budgets)])


def _table(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        row.unit,
        _number(row.ours),
        _number(row.bare),
        _ratio(row.to_bare),
        _number(row.peer),
        _ratio(row.peer_to_ours),
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f} x" if value >= 100 else f"{value:.2f} x"
