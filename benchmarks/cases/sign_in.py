"""Sign in: ask for a challenge and authenticate with it, each a commit that survives a power cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Protocol

from bare.sign_in import BareSignIn
from database import connection_of, make_database, open_auth, trace
from measure import Turn, race
from peer import Peers
from report import Budget, Report
from wallets import Wallet, make_wallet

_WALLETS = 40
_ROWS = (0, 100_000)
_ROUNDS = 101


class _SignIn(Protocol):
    def generate_challenge(self, evrmore_address: str, /) -> str: ...

    def authenticate(self, evrmore_address: str, challenge: str, signature: str, /) -> object: ...


def measure(report: Report, *, folder: Path, peers: Peers) -> None:
    """Compare the two calls with their own statements, in the same two transactions, and a bare verification.

    Both are traced first: the floor must run exactly the statements that gatewright runs.
    """
    for rows in _ROWS:
        paths = {name: folder / f"sign-in-{name}-{rows}.db" for name in ("ours", "bare")}
        for path in paths.values():
            make_database(path, sessions=rows, challenges=rows)
        wallets = [make_wallet() for _ in range(_WALLETS)]
        with open_auth(paths["ours"]) as auth, BareSignIn(paths["bare"], wallets) as floor:
            turns = {"ours": _turn(auth, wallets), "bare": _turn(floor, wallets)}
            for _ in ("makes an account", "finds it"):
                assert trace(connection_of(auth), turns["ours"]) == trace(floor.connection, turns["bare"])
            peers.enter(turns, "peer", case="sign_in", rows=rows, number=1)
            result = race(turns, rounds=_ROUNDS)
        what = f"sign in, {rows:,} rows"
        report.add_race(what, result)
        report.budgets.append(Budget(f"{what}, to bare", result.ratio("ours", "bare"), at_most=2.0))


def _turn(contender: _SignIn, wallets: Sequence[Wallet]) -> Turn:
    """Sign in one wallet in each turn; neither its signing nor the rounds that create the accounts count."""
    following = cycle([wallets[0], *wallets])  # the first one twice: once new, once known

    def turn() -> float:
        wallet = next(following)
        start = perf_counter()
        challenge = contender.generate_challenge(wallet.address)
        seconds = perf_counter() - start
        signature = wallet.sign(challenge)
        start = perf_counter()
        contender.authenticate(wallet.address, challenge, signature)
        return seconds + perf_counter() - start

    return turn
