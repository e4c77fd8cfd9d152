"""Fire a hook point."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from measure import Turn, race, repeat
from report import MICROSECONDS, Budget, Report, Row

from gatewright.drive import run_to_completion
from gatewright.hooks import HookPoint, Hooks

_COUNTS = (0, 1, 5)
_TIMES = 200
_TOKEN = "a token"


def measure(report: Report) -> None:
    """Compare an awaited ``fire()`` with a plain loop over the callbacks; the cost of an empty loop is subtracted."""
    turns: dict[str, Turn] = {"empty": repeat(_drive_nothing, number=1)}
    for count in _COUNTS:
        callbacks = [_make_callback() for _ in range(count)]
        turns[f"ours {count}"] = repeat(_firing(_point_with(callbacks)), number=1)
        turns[f"bare {count}"] = repeat(_calling(callbacks), number=1)
    result = race(turns)
    for count in _COUNTS:
        ours, bare = (result.difference(f"{name} {count}", minus="empty") / _TIMES * 1e6 for name in ("ours", "bare"))
        what = f"fire a hook point, hooks: {count}"
        report.rows.append(Row(what, MICROSECONDS, ours, bare=bare, to_bare=ours / bare))
        if count == 0:
            report.budgets.append(Budget(what, ours, at_most=0.5, unit=MICROSECONDS))


def _make_callback() -> Callable[..., None]:
    def callback(token: str) -> None:
        pass

    return callback


def _point_with(callbacks: Sequence[Callable[..., None]]) -> HookPoint:
    point = Hooks(propagate_errors=False, accepts_coroutines=False).pre_token_validate
    for callback in callbacks:
        point(callback)
    return point


def _drive_nothing() -> None:
    async def nothing() -> None:
        for _ in range(_TIMES):
            pass

    run_to_completion(nothing())


def _firing(point: HookPoint) -> Callable[[], None]:
    async def fire() -> None:
        for _ in range(_TIMES):
            await point.fire(token=_TOKEN)

    return lambda: run_to_completion(fire())


def _calling(callbacks: Sequence[Callable[..., None]]) -> Callable[[], None]:
    def call() -> None:
        for _ in range(_TIMES):
            for callback in callbacks:
                callback(token=_TOKEN)

    return call
