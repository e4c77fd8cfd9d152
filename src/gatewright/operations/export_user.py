"""Export everything that is stored about a user, for that person (GDPR, articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gatewright.errors import UserNotFoundError
from gatewright.model import User, as_utc
from gatewright.operations.accounts import require_account_of_id
from gatewright.operations.audit import entry
from gatewright.operations.parts import Parts
from gatewright.ports import AccountData
from gatewright.proofs import read_proofs

_UNTOLD = ("actor", "account_id", "user_id", "token", "proven_by")
"""Fields that are left out: they are about other people, repeat the identifier at the top, or have no stored value.

Proofs are exported in readable form.
"""


async def export_user(parts: Parts, user_id: object, *, actor: str | None, client: str | None = None) -> dict[str, Any]:
    """Return everything that is stored about a user, as JSON-compatible values, without hashes, digests or secrets.

    Args:
        parts: The application's parts.
        user_id: The account's identifier.
        actor: Who asks for it, if not the user.
        client: The address that the request comes from, for the audit record.

    Raises:
        UserNotFoundError: If there is no such user.
    """
    account = await require_account_of_id(parts, user_id)
    exported = entry(
        parts, "user_exported", user_id=account.id, username=User(account).username, client=client, actor=actor
    )
    data = await parts.store.export_account(account.id, audit=exported)
    if data is None:
        raise UserNotFoundError("The account was deleted meanwhile.")
    return {"exported_at": _plain(parts.clock.now()), **_document(data)}


def _document(data: AccountData) -> dict[str, Any]:
    return {
        "account": _fields(asdict(data.account)) | {"has_password": data.has_password},
        "profile": dict(data.profile),
        "roles": list(data.roles),
        "permissions": list(data.permissions),
        "wallets": list(data.wallets),
        "authenticators": _records(data.authenticators),
        "sessions": _records(data.sessions),
        "remembered_browsers": _records(data.remembered),
        "mail_links": _records(data.links),
        "waiting_mails": _records(data.mails),
        "audit": _records(line for _, line in data.audit),
    }


def _records(records: Iterable[Any]) -> list[dict[str, Any]]:
    return [_fields(asdict(record)) | _proofs(record) for record in records]


def _proofs(record: Any) -> dict[str, Any]:
    """Return how a session or a remembered browser was proven, in readable form, if the record has that."""
    written = getattr(record, "proven_by", None)
    return {} if written is None else {"proofs": [_fields(asdict(proof)) for proof in read_proofs(written)]}


def _fields(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in fields.items() if name not in _UNTOLD}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return as_utc(value).isoformat()
    return sorted(value) if isinstance(value, frozenset | tuple) else value
