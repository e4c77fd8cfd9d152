"""Recognise the visitor of a request, and check what they may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from bare.visit import BareVisits
from database import connection_of, open_auth, trace
from measure import Turn, race, repeat
from people import PERMISSIONS, Visit, make_people, see_all
from report import MICROSECONDS, Budget, Report, Row

from gatewright import EvrmoreAuth
from gatewright.proofs import Kind, Proof, write_proofs
from gatewright.system import SystemClock

_SIZES = (1_000, 100_000)
_SAMPLE = 1_000
_NUMBER = 10
_ASKED = PERMISSIONS[-1]


def measure(report: Report, *, folder: Path) -> None:
    """Compare loading a request's user with the bare reads, and checking a permission with few and many users.

    Each of the users has 50 permissions of their own, so that the largest table has five million rows.
    """
    checks: dict[str, Turn] = {}
    floors: list[BareVisits] = []
    with ExitStack() as stack:
        for size in _SIZES:
            path = folder / f"visit-{size}.db"
            visits = make_people(path, users=size)[:: size // _SAMPLE]
            auth = stack.enter_context(open_auth(path))
            floor = stack.enter_context(BareVisits(path))
            floors.append(floor)
            see_all(floor.connection)
            _require_same_reads(auth, floor, visits[0])
            result = race({"ours": _turn(visits, partial(_load, auth)), "bare": _turn(visits, floor.load)})
            what = f"load the user of a request, {size:,} users"
            report.add_race(what, result)
            report.budgets.append(Budget(f"{what}, to bare", result.ratio("ours", "bare"), at_most=2.5))
            checks[str(size)] = _turn(visits, partial(_check, auth))
        for floor in floors:
            see_all(floor.connection)
        again = race({"ours": repeat(partial(_user_of, auth, visits[0].session), number=_NUMBER)}).median("ours")
        report.rows.append(Row("the same user again, before anybody commits", MICROSECONDS, again * 1e6))
        _compare_factors(report, auth)
        guard = auth.guard(visits[0].session)
        checks["loaded"] = repeat(lambda: guard.is_granted(_ASKED), number=_NUMBER)
        _report_checks(report, checks)


def _compare_factors(report: Report, auth: EvrmoreAuth) -> None:
    """Compare a request of a session that was proven twice with one that was proven once."""
    moment = SystemClock().now()
    proofs = (
        Proof("password", moment, frozenset({Kind.KNOWLEDGE}), ("pwd",)),
        Proof("totp", moment, frozenset({Kind.POSSESSION}), ("otp",)),
    )
    turns: dict[str, Turn] = {}
    for name, proven_by in (("one", write_proofs(proofs[:1])), ("two", write_proofs(proofs))):
        session: dict[str, Any] = {}
        auth.guard(session).store(auth.create_user(f"proven-by-{name}", is_verified=True), "SQLUserProvider")
        with connection_of(auth) as connection:
            connection.execute("UPDATE sessions SET proven_by = ? WHERE username = ?", (proven_by, f"proven-by-{name}"))
        assert len(auth.guard(session).current_session().proofs) == (1 if name == "one" else 2)  # type: ignore[union-attr]
        turns[name] = repeat(partial(_user_of, auth, session), number=_NUMBER)
    ratio = race(turns).ratio("two", "one")
    report.budgets.append(Budget("a request of a session with two factors, to one", ratio, at_most=1.05))


def _user_of(auth: EvrmoreAuth, session: dict[str, Any]) -> object:
    return auth.guard(session).user()


def _report_checks(report: Report, checks: dict[str, Turn]) -> None:
    result = race(checks)
    for size in _SIZES:
        what = f"check a permission, load included, {size:,} users"
        report.rows.append(Row(what, MICROSECONDS, result.median(str(size)) * 1e6))
    report.rows.append(Row("check another permission in the same request", MICROSECONDS, result.median("loaded") * 1e6))
    flatness = result.ratio(str(_SIZES[-1]), str(_SIZES[0]))
    report.budgets.append(Budget(f"check a permission, {_SIZES[-1]:,} users to {_SIZES[0]:,}", flatness, at_most=1.25))


def _load(auth: EvrmoreAuth, visit: Visit) -> object:
    user = auth.guard(visit.session).user()
    return user and user.permissions


def _check(auth: EvrmoreAuth, visit: Visit) -> bool:
    return auth.guard(visit.session).is_granted(_ASKED)


def _turn(visits: Sequence[Visit], load: Callable[[Visit], object]) -> Turn:
    """Recognise one visitor after another, over and over."""
    assert all(load(visit) for visit in visits)
    following = cycle(visits)
    return repeat(lambda: load(next(following)), number=_NUMBER)


def _require_same_reads(auth: EvrmoreAuth, floor: BareVisits, visit: Visit) -> None:
    """Make sure that the floor reads exactly what gatewright reads, which first asks whether it has to."""
    asked, *ours = trace(connection_of(auth), lambda: _load(auth, visit))
    assert asked == "PRAGMA data_version"
    assert ours == trace(floor.connection, lambda: floor.load(visit)), ours
