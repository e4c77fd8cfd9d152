"""Sign in with a wallet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

from database import accounts, new_id, session_row
from wallets import Wallet

from bare.connection import connect
from bare.signature import is_signed_by
from gatewright.model import AuditEntry
from gatewright.storage.sql.dialect import text_of
from gatewright.storage.sql.rows import RecordWriter
from gatewright.storage.sql.statements import statements_of
from gatewright.system import SystemClock


class BareSignIn:
    """A sign-in that is nothing but gatewright's own statements, in its two transactions, and a bare verification.

    Rows are built only once, and nothing is checked but the signature.

    Args:
        path: A migrated file.
        wallets: Who may sign in.
    """

    def __init__(self, path: Path, wallets: Sequence[Wallet]) -> None:
        self.connection = connect(path)
        self._sql = statements_of("sqlite")
        self._key_hashes = {wallet.address: wallet.key_hash for wallet in wallets}
        now = SystemClock().now()
        self._since = text_of(now - timedelta(minutes=1))
        self._soon = text_of(now + timedelta(minutes=1))
        self._now = text_of(now)
        self._later = text_of(now + timedelta(hours=1))
        (self._account,) = accounts([""], now)
        self._session = session_row("WalletUserProvider", now)
        self._audit = RecordWriter(text_of).row(
            AuditEntry(now, "signed_in", provider="WalletUserProvider", method="wallet")
        )

    def generate_challenge(self, address: str) -> str:
        """Count the address's challenges and store another one."""
        execute, sql, id_ = self.connection.execute, self._sql, new_id()
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
        execute(
            sql.count_challenges_of_address, {"evrmore_address": address, "since": self._since, "until": self._soon}
        ).fetchone()
        execute(sql.insert_challenge, challenge)
        execute("COMMIT")
        return text

    def authenticate(self, address: str, challenge: str, signature: str) -> None:
        """Find the challenge, verify, trade it for a session, record that, and read what the user may do."""
        execute, sql = self.connection.execute, self._sql
        (challenge_id, *_) = execute(sql.find_challenge, {"challenge_text": challenge}).fetchone()
        assert is_signed_by(self._key_hashes[address], challenge, signature)
        execute("BEGIN IMMEDIATE")
        account = execute(sql.find_account_by_wallet, {"evrmore_address": address}).fetchone()
        execute(sql.claim_challenge, {"challenge_id": challenge_id, "now": self._now})
        if account is None:
            user_id = self._insert_account(address)
        else:
            user_id = account[0]
            execute(sql.touch_account, {"account_id": user_id, "now": self._now})
        owner = {"user_id": user_id, "evrmore_address": address, "username": address, "account_id": user_id}
        execute(sql.insert_session, self._session | {"id": new_id()} | owner)
        execute(sql.insert_audit, self._audit | {"user_id": user_id, "username": address})
        execute("COMMIT")
        execute(sql.rights_of, {"account_id": user_id}).fetchall()

    def _insert_account(self, address: str) -> str:
        execute, sql, user_id = self.connection.execute, self._sql, new_id()
        execute(sql.insert_account, self._account | {"id": user_id})
        execute(sql.insert_wallet, {"account_id": user_id, "evrmore_address": address, "linked_at": self._now})
        return user_id

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
