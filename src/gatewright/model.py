"""The things that gatewright talks about: frozen records, and the user who is handed to the application.

Every identifier is a ``str``. Timestamps are aware UTC datetimes, or naive UTC where the application asked for
``naive_timestamps``; `has_passed` compares either kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """A person's row in our own tables. Holds no secret, so it may be logged and shown."""

    id: str
    username: str | None
    email: str | None
    evrmore_address: str | None
    is_active: bool
    is_verified: bool
    created_at: datetime
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A text that the holder of one address is asked to sign, once, before it expires."""

    id: str
    evrmore_address: str
    challenge_text: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    used: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one user on one device. The row is the truth; a token only names it.

    ``token`` is there only on the session that has just been made; no store can give it back.
    """

    id: str
    user_id: str
    evrmore_address: str | None
    provider: str
    created_at: datetime
    expires_at: datetime
    is_active: bool
    ip_address: str | None
    user_agent: str | None
    token: str | None = field(default=None, repr=False)


class User:
    """A user as the application sees one: whatever the provider knows (``entity``), with roles and permissions.

    Subclass it and override `username` where your entity keeps the name elsewhere.

    Args:
        entity: The provider's own record of the user: an `Account`, a row, a mapping, any object.
        roles: Names of the user's roles.
        permissions: Dotted names of what the user may do.
    """

    def __init__(self, entity: Any, roles: Iterable[str] = (), permissions: Iterable[str] = ()) -> None:
        self._entity = entity
        self._roles = tuple(roles)
        self._permissions = tuple(permissions)

    @property
    def entity(self) -> Any:
        """The provider's own record of this user."""
        return self._entity

    @property
    def username(self) -> str:
        """The name that the provider loads this user by."""
        entity = self._entity
        return str(entity.username or entity.email or entity.evrmore_address)

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the user's roles."""
        return self._roles

    @property
    def permissions(self) -> tuple[str, ...]:
        """Dotted names of what the user may do."""
        return self._permissions

    @property
    def id(self) -> str:
        """The account's identifier."""
        return str(self._entity.id)

    @property
    def email(self) -> str | None:
        """The account's mail address, if it has one."""
        email: str | None = self._entity.email
        return email

    @property
    def evrmore_address(self) -> str | None:
        """The wallet address that the account signs in with, if it has one."""
        address: str | None = self._entity.evrmore_address
        return address

    @property
    def is_active(self) -> bool:
        """Whether the account may be used at all."""
        return bool(self._entity.is_active)

    @property
    def is_verified(self) -> bool:
        """Whether the account's mail address has been verified."""
        return bool(self._entity.is_verified)

    @property
    def created_at(self) -> datetime:
        """When the account was made, UTC."""
        created_at: datetime = self._entity.created_at
        return created_at

    @property
    def last_login(self) -> datetime | None:
        """When the account last signed in, UTC."""
        last_login: datetime | None = self._entity.last_login
        return last_login

    def __repr__(self) -> str:
        return f"{type(self).__name__}(username={self.username!r})"


def as_utc(moment: datetime) -> datetime:
    """Return a moment as aware UTC. A naive one, as in records with ``naive_timestamps``, is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def has_passed(moment: datetime, *, now: datetime) -> bool:
    """Say whether ``moment`` is over at ``now``. A thing that expires at twelve is expired at twelve sharp."""
    return as_utc(moment) <= as_utc(now)
