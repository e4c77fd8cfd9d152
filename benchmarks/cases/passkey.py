"""Verify the answer of a passkey, with two commits, the second of which survives a power cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from bare.passkey import BarePasskey, verify_by_library
from database import connection_of, open_auth, trace
from measure import Turn, race, repeat
from passkeys import ORIGIN, RP_ID, SoftwarePasskey, encode
from report import Budget, Report

from gatewright import EvrmoreAuth
from gatewright.drive import run_to_completion
from gatewright.methods.passkey import Passkey, PasskeySettings
from gatewright.methods.passkey.ceremony import Expected, verify_assertion
from gatewright.methods.passkey.record import PasskeyRecord
from gatewright.methods.passkey.response import read_response
from gatewright.model import AuditEntry, Authenticator
from gatewright.operations.step import Step
from gatewright.operations.visits import Device, digest_of
from gatewright.ports import Owner

_ROUNDS = 101
_NUMBER = 8
_PROVIDER = "SQLUserProvider"
_SECRET = "what names the browser's steps"


class _Browser:
    """A browser that has begun something."""

    def pending(self) -> str:
        return _SECRET

    def keep_pending(self, secret: str) -> None:
        raise AssertionError("it has a secret already")


class _Enrolled:
    """A file with one user and their passkey."""

    def __init__(self, auth: EvrmoreAuth) -> None:
        self.auth, self.key = auth, SoftwarePasskey()
        self.method = Passkey(PasskeySettings(rp_id=RP_ID))
        user = auth.create_user("anna", is_verified=True)
        parts = auth._parts
        now = parts.clock.now()
        passkey = Authenticator(
            id=parts.new_id(),
            method="passkey",
            user_id=user.id,
            username="anna",
            provider=_PROVIDER,
            key=self.key.id,
            name="",
            data=_record_of(self.key).written(),
            counter=0,
            created_at=now,
        )
        assert run_to_completion(
            parts.store.add_authenticators(
                [passkey],
                owner=Owner(user.id),
                at_most=1,
                replaces=False,
                audit=AuditEntry(now, "method_enrolled"),
                mail=None,
            )
        )

    def step(self) -> Step:
        """Return a guest's step."""
        return Step(self.auth._parts, Device(), _Browser(), _PROVIDER)

    def begin(self) -> str:
        """Begin, and return the challenge."""
        challenge: str = run_to_completion(self.method.begin(self.step(), {}))["challenge"]
        return challenge

    def turn(self, verify: Callable[[str, dict[str, Any]], object]) -> Turn:
        """Time a verification alone: neither what begins it, nor the signing."""

        def turn() -> float:
            challenge = self.begin()
            credential = self.key.answer(challenge)
            start = perf_counter()
            verify(challenge, credential)
            return perf_counter() - start

        return turn


def _record_of(key: SoftwarePasskey) -> PasskeyRecord:
    return PasskeyRecord(
        rp_id=RP_ID,
        user_handle=encode(key.user_handle),
        public_key=encode(key.public_key),
        aaguid="",
        transports=(),
        is_synced=False,
        is_backed_up=False,
    )


def measure(report: Report, *, folder: Path) -> None:
    """Compare the whole of `Passkey.verify` with its own statements in the same transactions, and py_webauthn."""
    paths = {name: folder / f"passkey-{name}.db" for name in ("ours", "bare")}
    with open_auth(paths["ours"]) as auth, open_auth(paths["bare"]) as other:
        ours, floor = _Enrolled(auth), _Enrolled(other)
        with BarePasskey(paths["bare"], floor.key.public_key, other._parts.clock.now()) as bare:
            digest = digest_of(_SECRET)

            def verify(_: str, credential: dict[str, Any]) -> None:
                run_to_completion(ours.method.verify(ours.step(), {"credential": credential}))

            def verify_bare(challenge: str, credential: dict[str, Any]) -> None:
                bare.verify(digest, challenge, credential)

            _compare(ours, floor, bare, verify, verify_bare)
            turns = {"ours": ours.turn(verify), "bare": floor.turn(verify_bare)}
            result = race(turns, rounds=_ROUNDS)
    report.add_race("verify a passkey", result)
    report.budgets.append(Budget("verify a passkey, to bare", result.ratio("ours", "bare"), at_most=1.3))
    _measure_without_store(report)


def _measure_without_store(report: Report) -> None:
    """Compare what gatewright reads, checks and verifies with py_webauthn's own verification of the same answer."""
    key, challenge = SoftwarePasskey(), encode(bytes(32))
    credential, record = key.answer(challenge), _record_of(key)
    expected = Expected(challenge, RP_ID, (ORIGIN,), is_verified=True)
    parts = ("clientDataJSON", "authenticatorData", "signature")
    turns = {
        "ours": repeat(
            lambda: verify_assertion(read_response({"credential": credential}, *parts), record, expected),
            number=_NUMBER,
        ),
        "bare": repeat(lambda: verify_by_library(key.public_key, challenge, credential), number=_NUMBER),
    }
    result = race(turns)
    report.add_race("verify a passkey, no store", result)
    report.budgets.append(Budget("verify a passkey, no store, to bare", result.ratio("ours", "bare"), at_most=1.3))


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
        challenge = each.begin()
        answers.append((challenge, each.key.answer(challenge)))
    ran = trace(connection_of(ours.auth), lambda: verify(*answers[0]))
    assert ran == trace(bare.connection, lambda: verify_bare(*answers[1])), ran
