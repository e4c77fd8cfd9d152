"""Sign in with a password: the hash is slow on purpose, and nothing else should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

from argon2 import PasswordHasher
from database import open_auth
from measure import Race
from people import make_people
from report import Budget, Report

_USERS = 1_000
_PASSWORD = "correct horse battery staple"
_PROVIDER = "SQLUserProvider"
_TIMES = 101
_WARM_UP = 5


def measure(report: Report, *, folder: Path) -> None:
    """Compare `Auth.attempt`, and `Guard.login`, which also commits a session, with the bare hash in the same call."""
    path = folder / "password.db"
    username = make_people(path, users=_USERS)[_USERS // 2].username
    with open_auth(path) as auth:
        auth.set_password(username, _PASSWORD)
        proof = _time_with_its_hash(lambda: auth.attempt(username, _PASSWORD, _PROVIDER))
        sign_in = _time_with_its_hash(lambda: auth.guard({}).login(username, _PASSWORD, _PROVIDER))
    report.add_race("prove a password", proof)
    report.add_race("sign in with a password, commit included", sign_in)
    report.budgets.append(Budget("prove a password, to the bare hash", proof.ratio("ours", "bare"), at_most=1.03))


def _time_with_its_hash(call: Callable[[], object]) -> Race:
    """Time a call, and argon2-cffi's work within it.

    Two hashes of 20 milliseconds differ by more than the few percent at stake here, so chance would decide a race
    against another hash.
    """
    ours: list[float] = []
    bare: list[float] = []
    verify = PasswordHasher.verify

    def timed_verify(*args: Any) -> Any:
        start = perf_counter()
        try:
            return verify(*args)
        finally:
            bare.append(perf_counter() - start)

    with patch.object(PasswordHasher, "verify", timed_verify):
        for _ in range(_WARM_UP + _TIMES):
            start = perf_counter()
            call()
            ours.append(perf_counter() - start)
    return Race({"ours": ours[_WARM_UP:], "bare": bare[_WARM_UP:]})
