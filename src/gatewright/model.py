"""gatewright's domain objects: frozen records, and the user that applications receive.

Every identifier is a ``str``. Timestamps are aware UTC datetimes, or naive UTC if the application asked for
``naive_timestamps``; `has_passed` compares either kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FunctionType
from typing import Any, Self, TypeVar

from gatewright.errors import ConfigurationError
from gatewright.flags import is_flag_set
from gatewright.identifiers import id_text
from gatewright.proofs import Proof, assurance_of, read_proofs


@dataclass(frozen=True, slots=True)
class Account:
    """A person's row in gatewright's own tables. Contains no secret, so it may be logged and shown."""

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
    """One sign-in of one user on one device. The row is authoritative; a token only refers to it.

    ``username`` is what the provider loads the user by. A session opened without a proof, by remember-me, is not fully
    authenticated. ``token`` is set only on a newly created session; no store can return it.
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
    username: str
    last_seen_at: datetime
    is_fully_authenticated: bool
    proven_by: str = field(default="", repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """The proofs of this session. Empty for a remembered browser, and for a session of an older release."""
        return read_proofs(self.proven_by)

    @property
    def amr(self) -> tuple[str, ...]:
        """Authentication method references (RFC 8176) of all proofs, including ``mfa`` for two factors."""
        named = dict.fromkeys(name for proof in self.proofs for name in proof.amr)
        return tuple(named | {"mfa": None} if self.aal > 1 else named)

    @property
    def auth_time(self) -> datetime | None:
        """When its user last authenticated, UTC; None if they are merely remembered."""
        if not self.is_fully_authenticated:
            return None
        latest = max((proof.at for proof in self.proofs), default=None)
        return self.created_at if latest is None else like(self.created_at, latest)

    @property
    def aal(self) -> int:
        """Its authentication assurance level (NIST SP 800-63B-4), 0 for a remembered browser to 3."""
        return max(assurance_of(self.proofs), int(self.is_fully_authenticated))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit record: what happened to whom, when, from where. Never contains a secret.

    ``actor`` is who did it, if not the user: an administrator, a command.
    """

    at: datetime
    event: str
    user_id: str | None = None
    username: str | None = None
    provider: str | None = None
    method: str | None = None
    client: str | None = None
    reason: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A single-use link in an email, valid until it expires. Only a digest of its secret is stored.

    ``purpose`` is ``email_verification``, ``password_reset`` or ``email_change``. It is valid for the address that it
    was sent to: after a change of address, the account can no longer use it. ``email_change`` changes the account's
    address to the one that it was sent to. ``next_path`` is where its owner wanted to go when they requested it; it is
    checked again before they are redirected there.
    """

    id: str
    purpose: str
    account_id: str
    email: str
    created_at: datetime
    expires_at: datetime
    next_path: str | None = None


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A queued email. Its text, and the secret in it, are created only when it is sent.

    ``kind`` is ``email_verification``, ``password_reset`` or ``email_change``, or a kind of notice:
    ``already_registered``, ``password_changed``, ``email_change_requested``, ``email_changed``, ``method_enrolled``,
    ``method_removed``, ``recovery_code_used``, ``new_device``, ``account_deleted``. The last one no longer belongs to
    an account. ``base_url`` is where its link leads, and ``next_path`` where to continue after that. ``error`` says why
    the last of ``tries`` failed. ``details`` holds the details of a notice, as JSON: from where (``ip_address``,
    ``user_agent``), by which ``method``.
    """

    id: str
    kind: str
    account_id: str | None
    email: str
    language: str
    base_url: str
    created_at: datetime
    due_at: datetime
    tries: int = 0
    error: str | None = None
    next_path: str | None = None
    details: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """An email as it is sent."""

    to: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A browser that is remembered beyond one session: a series of successive tokens.

    ``rotated_at`` is when the current token was issued, and ``proven_by`` how its user had authenticated.
    """

    id: str
    user_id: str
    username: str
    provider: str
    created_at: datetime
    expires_at: datetime
    rotated_at: datetime
    proven_by: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """What a user has enrolled to authenticate with: a passkey, an authenticator app, a recovery code.

    ``key`` identifies it among all authenticators of its ``method``: the identifier of a passkey, the digest of a code.
    ``data`` is JSON that only the method interprets; secrets in it are encrypted. ``counter`` only ever increases, so
    that nothing is accepted twice. ``provider`` and ``username`` are what its user is loaded by. ``name`` is chosen by
    the user.
    """

    id: str
    method: str
    user_id: str
    username: str
    provider: str
    key: bytes = field(repr=False)
    name: str
    data: str = field(repr=False)
    counter: int
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingStep:
    """What a browser has begun and must finish in another request, such as a sign-in without its second factor.

    A browser has at most one of each ``kind``. ``data`` is JSON. ``user_id``, ``username`` and ``provider`` identify
    the user, if known. ``tries`` counts the attempts to finish it.
    """

    id: str
    kind: str
    user_id: str | None
    username: str | None
    provider: str | None
    data: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt at a rate-limited action: ``action`` on ``name``, from ``client``."""

    id: str
    action: str
    name: str
    client: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Rights:
    """A user's roles, including inherited ones, and all resulting permissions."""

    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


def require_collection(names: Any) -> Collection[str]:
    """Return names of roles or permissions if they are a collection; a ``str`` would match any of its substrings.

    Raises:
        ConfigurationError: If they are anything else.
    """
    if type(names) is tuple:  # nearly always, and asked often
        return names
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise ConfigurationError(
            f"roles and permissions of a user must be collections of names, not {type(names).__name__}."
        )
    return names if isinstance(names, Collection) else tuple(names)


class User:
    """A user as the application sees them: the provider's record (``entity``), with roles and permissions.

    Subclass it and override `username` if your entity stores the name elsewhere. The account's fields are read from the
    entity, an object or a mapping; fields that it lacks are None, or their safe default.

    Args:
        entity: The provider's own record of the user: an `Account`, a row, a mapping, any object.
        roles: Names of the user's roles.
        permissions: Dotted names of the user's permissions.

    Raises:
        ConfigurationError: If the names are not a collection; a single ``str`` is a collection of characters.
    """

    provider_name: str | None = None
    """Which provider this user was loaded by; set when an `Auth` loads one."""

    id_scope: str | None = None
    """Which of several sources the user comes from, if an identifier may be ambiguous; a part of `id`."""

    credential_digest: bytes | None = None
    """Digest of the password hash that the user was found with; if it changes, their sessions end. None if unknown."""

    proof: Proof | None = None
    """How this user has just authenticated, if `attempt` or `bypass` returned them."""

    _load_rights: Callable[[], Rights] | None = None

    def __init__(self, entity: Any, roles: Iterable[str] = (), permissions: Iterable[str] = ()) -> None:
        self._entity = entity
        self._roles = tuple(require_collection(roles))
        self._permissions = tuple(require_collection(permissions))

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse a property without its decorator: a method named ``is_active``, say, would be truthy for everybody.

        Raises:
            ConfigurationError: If a method has the name of a property.
        """
        super().__init_subclass__(**options)
        for name, given in vars(cls).items():
            if isinstance(given, FunctionType) and isinstance(getattr(User, name, None), property):
                raise ConfigurationError(f"{cls.__name__}.{name} must be a property. Write @property above its def.")

    @property
    def entity(self) -> Any:
        """The provider's own record of this user."""
        return self._entity

    @property
    def username(self) -> str:
        """The name that the provider loads this user by."""
        for key in ("username", "email", "evrmore_address"):
            name = id_text(field_of(self._entity, key))
            if name:
                return name
        return ""

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the user's roles."""
        self._fill()
        return self._roles

    @property
    def permissions(self) -> tuple[str, ...]:
        """Dotted names of the user's permissions."""
        self._fill()
        return self._permissions

    @property
    def is_authenticated(self) -> bool:
        """True: a guest is not a user. Frameworks check this for every visitor."""
        return True

    @property
    def id(self) -> str:
        """The account's identifier as text (`gatewright.identifiers`); the username if the entity has none."""
        return self._within_scope(id_text(field_of(self._entity, "id")))

    @property
    def email(self) -> str | None:
        """The account's email address, if any."""
        email: str | None = field_of(self._entity, "email")
        return email

    @property
    def evrmore_address(self) -> str | None:
        """The wallet address that the account signs in with, if any."""
        address: str | None = field_of(self._entity, "evrmore_address")
        return address

    @property
    def is_active(self) -> bool:
        """Whether the account is active."""
        return _says_yes(field_of(self._entity, "is_active", "active", default=True))

    @property
    def is_verified(self) -> bool:
        """Whether the account has been verified, by its email address or its wallet."""
        return _says_yes(field_of(self._entity, "is_verified", "verified", default=True))

    @property
    def created_at(self) -> datetime | None:
        """When the account was created, UTC."""
        created_at: datetime | None = field_of(self._entity, "created_at")
        return created_at

    @property
    def last_login(self) -> datetime | None:
        """When the account last signed in, UTC."""
        last_login: datetime | None = field_of(self._entity, "last_login")
        return last_login

    def _within_scope(self, identifier: str | None) -> str:
        """Return the identifier, or else the username, made unique across scopes."""
        known = identifier or self.username
        return known if self.id_scope is None else f"{self.id_scope}:{known}"

    def _fill(self) -> None:
        if self._load_rights is not None:
            rights = self._load_rights()
            self._roles, self._permissions, self._load_rights = rights.roles, rights.permissions, None

    def __copy__(self) -> Self:
        """Return a copy that looks up its own rights: a sign-in needs one, but none of the rights."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of the user for another process, which has no store to look up rights in."""
        self._fill()
        return self.__dict__

    def __repr__(self) -> str:
        return f"{type(self).__name__}(username={self.username!r})"


U = TypeVar("U", bound=User)


def with_rights_from(load: Callable[[], Rights], user: U) -> U:
    """Look up a user's rights lazily: most requests need none.

    Args:
        load: Looks them up; called at most once.
        user: Whose rights.
    """
    user._load_rights = load
    return user


def with_rights(rights: Rights, user: U) -> U:
    """Give a user rights that have been looked up."""
    user._roles, user._permissions, user._load_rights = rights.roles, rights.permissions, None
    return user


_NONE = object()
"""Stands for a missing field."""


def field_of(entity: Any, *names: str, default: Any = None) -> Any:
    """Return the first of the fields ``names`` that an entity, a mapping or an object, has."""
    is_mapping = type(entity) is not Account and isinstance(entity, Mapping)
    for name in names:
        value = entity.get(name, _NONE) if is_mapping else getattr(entity, name, _NONE)
        if value is not _NONE:
            return value
    return default


def _says_yes(flag: Any) -> bool:
    """Return whether a flag of an entity is set. Text needs reading: ``false`` is true to Python, as is ``0``."""
    return is_flag_set(flag) if isinstance(flag, (str, bytes)) else bool(flag)


def as_utc(moment: datetime) -> datetime:
    """Return a datetime as aware UTC. A naive one, as in records with ``naive_timestamps``, is taken as UTC."""
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def like(pattern: datetime, moment: datetime) -> datetime:
    """Return an aware UTC datetime, or naive UTC if ``pattern`` is naive."""
    return as_utc(moment) if pattern.tzinfo is not None else as_utc(moment).replace(tzinfo=None)


CLOCKS_APART = timedelta(minutes=1)
"""The tolerated clock skew between two machines: what one has just created is valid on the other at once."""


def is_ahead(moment: datetime, *, now: datetime, by: timedelta = CLOCKS_APART) -> bool:
    """Return whether ``moment`` is further ahead than the tolerated clock skew: a clock was wrong when it was recorded.

    What was created then would outlive its limit by as much as the clock was wrong. So it does not count until that
    moment.
    """
    return as_utc(moment) > as_utc(now) + by


def has_passed(moment: datetime, *, now: datetime) -> bool:
    """Return whether ``moment`` has passed at ``now``. What expires at twelve is expired at twelve sharp."""
    return as_utc(moment) <= as_utc(now)
