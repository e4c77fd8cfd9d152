"""Rows into records and back: the one place that knows how a timestamp is written."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_args

from gatewright.model import Account, Attempt, AuditEntry, Challenge, Link, QueuedMail, Remembered, Session, as_utc

Row = tuple[Any, ...]
_Record = Account | Attempt | AuditEntry | Challenge | QueuedMail | Link | Remembered | Session

_COLUMNS = {
    record: tuple(field.name for field in fields(record) if field.name != "token") for record in get_args(_Record)
}

_LENGTH = len("2000-01-01T00:00:00.000000")


def text_of(moment: datetime) -> str:
    """Write a timestamp as UTC ISO text, always 26 characters long."""
    return as_utc(moment).isoformat("T", "microseconds")[:_LENGTH]


def columns_of(record: type[_Record]) -> tuple[str, ...]:
    """Return the names of a record's columns, in their order."""
    return _COLUMNS[record]


def row_of(record: _Record) -> dict[str, object]:
    """Write a record as the values of its columns, in their order. A session's token is no column."""
    row: dict[str, object] = {}
    for name in _COLUMNS[type(record)]:
        value = getattr(record, name)
        row[name] = text_of(value) if isinstance(value, datetime) else value
    return row


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Turns rows, in the order of their table's columns, into records.

    Args:
        naive_timestamps: Whether records carry naive UTC datetimes, as the Evrmore documents expect, or aware ones.
    """

    naive_timestamps: bool = False

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
        """Read a row of ``mails``."""
        id_, kind, account_id, email, language, base_url, created_at, due_at, tries, error, next_path = row
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
        )

    def remembered(self, row: Row) -> Remembered:
        """Read a row of ``remembered``, without its account and its digests."""
        id_, user_id, username, provider, created_at, expires_at, rotated_at = row
        return Remembered(
            id=id_,
            user_id=user_id,
            username=username,
            provider=provider,
            created_at=self.moment(created_at),
            expires_at=self.moment(expires_at),
            rotated_at=self.moment(rotated_at),
        )

    def moment(self, text: str) -> datetime:
        """Read UTC ISO text."""
        return datetime.fromisoformat(text if self.naive_timestamps else f"{text}Z")
