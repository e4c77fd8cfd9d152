"""Verify the signature over a challenge."""

from __future__ import annotations

from pathlib import Path

from bare.signature import is_signed_by
from database import open_auth
from measure import Turn, race, repeat
from peer import Peers
from report import Budget, Report
from wallets import make_wallet

_NUMBER = 15


def measure(report: Report, *, folder: Path, peers: Peers) -> None:
    """Compare `EvrmoreAuth.verify_signature`, including its hook points, with the recovery and the hashes alone."""
    wallet = make_wallet()
    with open_auth(folder / "verify.db") as auth:
        message = auth.generate_challenge(wallet.address)
        signature = wallet.sign(message)
        assert auth.verify_signature(wallet.address, message, signature)
        assert is_signed_by(wallet.key_hash, message, signature)
        turns: dict[str, Turn] = {
            "ours": repeat(lambda: auth.verify_signature(wallet.address, message, signature), number=_NUMBER),
            "bare": repeat(lambda: is_signed_by(wallet.key_hash, message, signature), number=_NUMBER),
        }
        peers.enter(turns, "peer", case="verify", rows=0, number=_NUMBER)
        result = race(turns)
    report.add_race("verify a signature", result)
    report.budgets.append(Budget("verify a signature, to bare", result.ratio("ours", "bare"), at_most=1.2))
