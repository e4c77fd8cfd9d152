"""Verify the answer of a passkey."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Self

from webauthn import verify_authentication_response
from webauthn.helpers import base64url_to_bytes

from bare.connection import connect
from gatewright.methods.passkey.record import PasskeyRecord
from gatewright.storage.sql.dialect import text_of
from gatewright.storage.sql.statements import statements_of

RP_ID, ORIGIN = "localhost", "https://localhost"


def verify_by_library(record: PasskeyRecord, challenge: str, credential: dict[str, Any]) -> int:
    """Verify with py_webauthn alone, and return the counter."""
    verified = verify_authentication_response(
        credential=credential,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        credential_public_key=base64url_to_bytes(record.public_key),
        credential_current_sign_count=0,
        require_user_verification=True,
    )
    return verified.new_sign_count


class BarePasskey:
    """A verification that is nothing but gatewright's own statements, in its two transactions, and py_webauthn's.

    Args:
        path: A file in which the passkey is enrolled.
        record: What is stored of it.
        now: The current time.
    """

    def __init__(self, path: Path, record: PasskeyRecord, now: datetime) -> None:
        self.connection = connect(path)
        self._sql = statements_of("sqlite")
        self._record = record
        self._now = text_of(now)

    def verify(self, digest: bytes, challenge: str, credential: dict[str, Any]) -> None:
        """Use up the challenge, find the passkey, verify, and store its counter."""
        execute, sql, now = self.connection.execute, self._sql, self._now
        pending = {"digest": digest, "kind": "passkey", "now": now}
        (step_id, *_) = execute(sql.find_pending_step, pending).fetchone()
        execute("BEGIN IMMEDIATE")
        execute(sql.claim_pending_step, {"step_id": step_id, "now": now})
        execute("COMMIT")
        named = {"method": "passkey", "key": base64url_to_bytes(credential["id"])}
        (passkey_id, *_) = execute(sql.find_authenticator, named).fetchone()
        counter = verify_by_library(self._record, challenge, credential)
        used = {"authenticator_id": passkey_id, "counter": counter, "now": now, "data": None}
        execute("BEGIN IMMEDIATE")
        execute(sql.use_authenticator, used)
        execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
