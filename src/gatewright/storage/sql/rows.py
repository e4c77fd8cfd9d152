"""Converts rows to records and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_args

from gatewright.model import (
    Account,
    Attempt,
    AuditEntry,
    Authenticator,
    Challenge,
    Link,
    PendingStep,
    QueuedMail,
    Remembered,
    Session,
)

Row = tuple[Any, ...]
_Record = (
    Account | Attempt | AuditEntry | Authenticator | Challenge | Link | PendingStep | QueuedMail | Remembered | Session
)

_COLUMNS = {
    record: tuple(field.name for field in fields(record) if field.name != "token") for record in get_args(_Record)
}


def columns_of(record: type[_Record]) -> tuple[str, ...]:
    """Return the names of a record's columns, in order."""
    return _COLUMNS[record]


@dataclass(frozen=True, slots=True)
class RecordWriter:
    """Converts records to the values of their columns.

    Args:
        moment: Converts a timestamp to what its column stores.
    """

    moment: Callable[[datetime], object]

    def row(self, record: _Record) -> dict[str, object]:
        """Convert a record to its row, with the columns in order. A session's token is not a column."""
        row: dict[str, object] = {}
        for name in _COLUMNS[type(record)]:
            value = getattr(record, name)
            row[name] = self.moment(value) if isinstance(value, datetime) else value
        return row

    def account(self, account: Account, *, password_hash: str | None) -> dict[str, object]:
        """Convert an account to its row, without its wallets, which have a table of their own."""
        row = self.row(account) | {"password_hash": password_hash, "password_by_mail": False}
        del row["evrmore_address"]
        return row


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Converts rows, with values in the order of the table's columns, to records.

    Args:
        moment: Reads a timestamp from what its column stores: naive in UTC, as the Evrmore documents expect, or aware.
    """

    moment: Callable[[Any], datetime]

    def account(self, row: Row) -> Account:
        """Read a row of ``users``."""
        id_, username, email, evrmore_address, is_active, is_verified, created_at, last_login = row
        return Account(
            id=id_,
            username=username,
            email=email,
            evrmore_address=evrmore_address,
            is_active=bool(is_active),
            is_verified=bool(is_verified),
            created_at=self.moment(created_at),
            last_login=None if last_login is None else self.moment(last_login),
        )

    def challenge(self, row: Row) -> Challenge:
        """Read a row of ``challenges``, without its client."""
        id_, evrmore_address, challenge_text, created_at, expires_at, used = row
        return Challenge(
            id=id_,
            evrmore_address=evrmore_address,
            challenge_text=challenge_text,
            created_at=self.moment(created_at),
            expires_at=self.moment(expires_at),
            used=bool(used),
        )

    def session(self, row: Row) -> Session:
        """Read a row of ``sessions``."""
        (
            id_,
            user_id,
            evrmore_address,
            provider,
            created_at,
            expires_at,
            is_active,
            ip_address,
            user_agent,
            username,
            last_seen_at,
            is_fully_authenticated,
            proven_by,
        ) = row
        return Session(
            id=id_,
            user_id=user_id,
            evrmore_address=evrmore_address,
            provider=provider,
            created_at=self.moment(created_at),
            expires_at=self.moment(expires_at),
            is_active=bool(is_active),
            ip_address=ip_address,
            user_agent=user_agent,
            username=username,
            last_seen_at=self.moment(last_seen_at),
            is_fully_authenticated=bool(is_fully_authenticated),
            proven_by=proven_by,
        )

    def audit_entry(self, row: Row) -> AuditEntry:
        """Read a row of ``audit``, without its number."""
        at, *facts = row
        return AuditEntry(self.moment(at), *facts)

    def link(self, row: Row) -> Link:
        """Read a row of ``links``, without its digest."""
        id_, purpose, account_id, email, created_at, expires_at, next_path = row
        return Link(
            id=id_,
            purpose=purpose,
            account_id=account_id,
            email=email,
            created_at=self.moment(created_at),
            expires_at=self.moment(expires_at),
            next_path=next_path,
        )

    def mail(self, row: Row) -> QueuedMail:
        """Read a row of ``outbox``."""
        id_, kind, account_id, email, language, base_url, created_at, due_at, tries, error, next_path, details = row
        return QueuedMail(
            id=id_,
            kind=kind,
            account_id=account_id,
            email=email,
            language=language,
            base_url=base_url,
            created_at=self.moment(created_at),
            due_at=self.moment(due_at),
            tries=tries,
            error=error,
            next_path=next_path,
            details=details,
        )

    def remembered(self, row: Row) -> Remembered:
        """Read a row of ``remembered``, without its account and its digests."""
        id_, user_id, username, provider, created_at, expires_at, rotated_at, proven_by = row
        return Remembered(
            id=id_,
            user_id=user_id,
            username=username,
            provider=provider,
            created_at=self.moment(created_at),
            expires_at=self.moment(expires_at),
            rotated_at=self.moment(rotated_at),
            proven_by=proven_by,
        )

    def authenticator(self, row: Row) -> Authenticator:
        """Read a row of ``authenticators``, without its account."""
        id_, method, user_id, username, provider, key, name, data, counter, created_at, last_used_at = row
        return Authenticator(
            id=id_,
            method=method,
            user_id=user_id,
            username=username,
            provider=provider,
            key=key,
            name=name,
            data=data,
            counter=counter,
            created_at=self.moment(created_at),
            last_used_at=None if last_used_at is None else self.moment(last_used_at),
        )

    def pending_step(self, row: Row) -> PendingStep:
        """Read a row of ``pending_steps``, without its account and its digest."""
        id_, kind, user_id, username, provider, data, created_at, expires_at, tries = row
        return PendingStep(
            id=id_,
            kind=kind,
            user_id=user_id,
            username=username,
            provider=provider,
            data=data,
            created_at=self.moment(created_at),
            expires_at=self.moment(expires_at),
            tries=tries,
        )
