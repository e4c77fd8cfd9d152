"""Sign in with a wallet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

from database import new_id
from wallets import Wallet

from bare.connection import connect
from bare.signature import is_signed_by
from gatewright.storage.sql.rows import text_of
from gatewright.storage.sql.statements import Statements
from gatewright.system import SystemClock


class BareSignIn:
    """A sign-in that is nothing but gatewright's own statements, in its two transactions, and a bare verification.

    Moments are written down once and for all, and nothing is checked but the signature.

    Args:
        path: A migrated file.
        wallets: Who may sign in.
    """

    def __init__(self, path: Path, wallets: Sequence[Wallet]) -> None:
        self._connection = connect(path)
        self._sql = Statements()
        self._key_hashes = {wallet.address: wallet.key_hash for wallet in wallets}
        now = SystemClock().now()
        self._since = text_of(now - timedelta(minutes=1))
        self._now = text_of(now)
        self._later = text_of(now + timedelta(hours=1))

    def generate_challenge(self, address: str) -> str:
        """Count the address's challenges and keep another one."""
        execute, sql, id_ = self._connection.execute, self._sql, new_id()
        text = (
            f"localhost asks you to sign in with your Evrmore wallet {address}. "
            f"Nonce: {id_}. Issued: 2026-01-01T00:00:00Z. Expires: 2026-01-01T01:00:00Z."
        )
        challenge = {
            "id": id_,
            "evrmore_address": address,
            "challenge_text": text,
            "created_at": self._now,
            "expires_at": self._later,
            "used": False,
            "client": None,
        }
        execute("BEGIN IMMEDIATE")
        execute(sql.count_challenges_of_address, {"evrmore_address": address, "since": self._since}).fetchone()
        execute(sql.insert_challenge, challenge)
        execute("COMMIT")
        return text

    def authenticate(self, address: str, challenge: str, signature: str) -> None:
        """Find the challenge, verify, and spend it on a session."""
        execute, sql = self._connection.execute, self._sql
        (challenge_id, *_) = execute(sql.find_challenge, {"challenge_text": challenge}).fetchone()
        assert is_signed_by(self._key_hashes[address], challenge, signature)
        execute("BEGIN IMMEDIATE")
        account = execute(sql.find_account_by_address, {"evrmore_address": address}).fetchone()
        execute(sql.claim_challenge, {"challenge_id": challenge_id, "now": self._now})
        user_id = self._insert_account(address) if account is None else account[0]
        if account is not None:
            execute(sql.touch_account, {"account_id": user_id, "now": self._now})
        execute(sql.insert_session, self._session(address, user_id))
        execute("COMMIT")

    def _insert_account(self, address: str) -> str:
        user_id = new_id()
        account = {
            "id": user_id,
            "username": None,
            "email": None,
            "evrmore_address": address,
            "is_active": True,
            "is_verified": True,
            "created_at": self._now,
            "last_login": self._now,
        }
        self._connection.execute(self._sql.insert_account, account)
        return user_id

    def _session(self, address: str, user_id: str) -> dict[str, object]:
        return {
            "id": new_id(),
            "user_id": user_id,
            "evrmore_address": address,
            "provider": "WalletUserProvider",
            "created_at": self._now,
            "expires_at": self._later,
            "is_active": True,
            "ip_address": None,
            "user_agent": None,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
