"""Validate a token whose session is one of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import cycle
from pathlib import Path

from bare.tokens import BareTokens
from database import SECRET, make_database, open_auth
from measure import Turn, race, repeat
from peer import Peers
from report import Budget, Report

from gatewright.system import SystemClock
from gatewright.tokens import AccessTokens, KeyRing, key_from_secret

_SIZES = (1_000, 100_000, 1_000_000)
_SAMPLE = 1_000
_NUMBER = 20
_PEER_NUMBERS = {1_000: 5, 100_000: 1}
"""The peer reads whole tables: with a million rows, each token would take it a tenth of a second."""


def measure(report: Report, *, folder: Path, peers: Peers) -> None:
    """Compare `EvrmoreAuth.validate_token` without hooks with a decoded token, checked claims and one indexed read.

    Then gatewright races itself with few rows and many: alone, since a peer that reads whole tables leaves nothing of
    ours in the processor's caches.
    """
    ours: dict[str, Turn] = {}
    with ExitStack() as stack:
        for size in _SIZES:
            turns = _contenders(stack, folder / f"validate-{size}.db", size=size)
            ours[str(size)] = turns["ours"]
            if size in _PEER_NUMBERS:
                peers.enter(turns, "peer", case="validate", rows=size, number=_PEER_NUMBERS[size])
            result = race(turns)
            what = f"validate a token, {size:,} rows"
            report.add_race(what, result)
            report.budgets.append(Budget(f"{what}, to bare", result.ratio("ours", "bare"), at_most=1.6))
        flatness = race(ours).ratio(str(_SIZES[-1]), str(_SIZES[0]))
    what = f"validate a token, {_SIZES[-1]:,} rows to {_SIZES[0]:,}"
    report.budgets.append(Budget(what, flatness, at_most=1.25))


def _contenders(stack: ExitStack, path: Path, *, size: int) -> dict[str, Turn]:
    """Return gatewright and its floor, with tokens of sessions spread over the whole table."""
    owners = make_database(path, sessions=size)
    auth = stack.enter_context(open_auth(path))
    issuer, audience = auth.settings.jwt_issuer, auth.settings.jwt_audience
    bare = stack.enter_context(BareTokens(path, issuer=issuer, audience=audience))
    access_tokens = AccessTokens(KeyRing(key_from_secret(SECRET)), issuer=issuer, audience=audience)
    tokens = _issue_tokens(access_tokens, owners[:: size // _SAMPLE])
    return {"ours": _turn(auth.validate_token, tokens), "bare": _turn(bare.validate_token, tokens)}


def _issue_tokens(issuer: AccessTokens, owners: Sequence[tuple[str, str]]) -> list[str]:
    now = SystemClock().now()
    return [
        issuer.issue(subject=user, session_id=session, issued_at=now, expires_at=now + timedelta(hours=1))
        for user, session in owners
    ]


def _turn(validate: Callable[[str], object], tokens: Sequence[str]) -> Turn:
    """Validate one token after another, over and over."""
    assert all(validate(token) is not None for token in tokens)
    following = cycle(tokens)
    return repeat(lambda: validate(next(following)), number=_NUMBER)
