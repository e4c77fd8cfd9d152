"""Verify the answer of a passkey, with two commits, each of which survives a power cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from bare.passkey import ORIGIN, RP_ID, BarePasskey, verify_by_library
from database import connection_of, open_auth, trace
from measure import Race, Turn, race, repeat
from report import Budget, Report

from gatewright import EvrmoreAuth
from gatewright.drive import run_to_completion
from gatewright.methods.passkey import Passkey, PasskeySettings
from gatewright.methods.passkey.ceremony import Expected, verify_assertion
from gatewright.methods.passkey.record import record_of
from gatewright.methods.passkey.response import read_response
from gatewright.operations.step import Step
from gatewright.operations.visits import Device, digest_of
from gatewright.testing import SoftwarePasskey

_ROUNDS = 101
_NUMBER = 8
_PROVIDER = "SQLUserProvider"
_SECRET = "what names the browser's steps"


class _Browser:
    """A browser that has begun a step."""

    def pending(self) -> str:
        return _SECRET

    def keep_pending(self, secret: str) -> None:
        raise AssertionError("it has a secret already")


class _Enrolled:
    """A file with one user and their passkey."""

    def __init__(self, auth: EvrmoreAuth) -> None:
        self.auth, self.key = auth, SoftwarePasskey()
        self.method = Passkey(PasskeySettings())
        guard = auth.guard({})
        guard.store(auth.create_user("anna", is_verified=True), _PROVIDER)
        guard.enrol("passkey", {"credential": self.key.create(guard.begin_enrolment("passkey"))})
        (passkey,) = guard.authenticators()
        self.record = record_of(passkey)

    def step(self) -> Step:
        """Return a guest's step."""
        return Step(self.auth._parts, Device(), _Browser(), _PROVIDER)

    def begin(self) -> Mapping[str, Any]:
        """Begin, and return the options for the passkey."""
        return run_to_completion(self.method.begin(self.step(), {}))

    def turn(self, verify: Callable[[str, dict[str, Any]], object]) -> Turn:
        """Time a verification alone: neither what begins it, nor the signing."""

        def turn() -> float:
            options = self.begin()
            credential = self.key.get(options)
            start = perf_counter()
            verify(options["challenge"], credential)
            return perf_counter() - start

        return turn


def measure(report: Report, *, folder: Path) -> None:
    """Compare the whole of `Passkey.verify` with its own statements in the same transactions, and py_webauthn."""
    paths = {name: folder / f"passkey-{name}.db" for name in ("ours", "bare")}
    with open_auth(paths["ours"]) as auth, open_auth(paths["bare"]) as other:
        ours, floor = _Enrolled(auth), _Enrolled(other)
        with BarePasskey(paths["bare"], floor.record, other._parts.clock.now()) as bare:
            digest = digest_of(_SECRET)

            def verify(_: str, credential: dict[str, Any]) -> None:
                run_to_completion(ours.method.verify(ours.step(), {"credential": credential}))

            def verify_bare(challenge: str, credential: dict[str, Any]) -> None:
                bare.verify(digest, challenge, credential)

            _compare(ours, floor, bare, verify, verify_bare)
            turns = {"ours": ours.turn(verify), "bare": floor.turn(verify_bare)}
            _add(report, "verify a passkey", race(turns, rounds=_ROUNDS))
        _add(report, "verify a passkey, no store", race(_turns_without_store(ours)))


def _add(report: Report, what: str, result: Race) -> None:
    report.add_race(what, result)
    report.budgets.append(Budget(f"{what}, to bare", result.ratio("ours", "bare"), at_most=1.3))


def _turns_without_store(enrolled: _Enrolled) -> dict[str, Turn]:
    """Compare what gatewright reads, checks and verifies with py_webauthn's own verification of the same answer."""
    options, record = enrolled.begin(), enrolled.record
    credential, challenge = enrolled.key.get(options), options["challenge"]
    expected = Expected(challenge, RP_ID, (ORIGIN,), is_verified=True)
    parts = ("clientDataJSON", "authenticatorData", "signature")
    return {
        "ours": repeat(
            lambda: verify_assertion(read_response({"credential": credential}, *parts), record, expected),
            number=_NUMBER,
        ),
        "bare": repeat(lambda: verify_by_library(record, challenge, credential), number=_NUMBER),
    }


def _compare(
    ours: _Enrolled,
    floor: _Enrolled,
    bare: BarePasskey,
    verify: Callable[[str, dict[str, Any]], object],
    verify_bare: Callable[[str, dict[str, Any]], object],
) -> None:
    """Stop unless both run the same statements."""
    answers = []
    for each in (ours, floor):
        options = each.begin()
        answers.append((options["challenge"], each.key.get(options)))
    ran = trace(connection_of(ours.auth), lambda: verify(*answers[0]))
    assert ran == trace(bare.connection, lambda: verify_bare(*answers[1])), ran
