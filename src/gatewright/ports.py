"""What the core asks of the world: protocols that the storage, the system and the two dresses implement.

Methods that may wait are ``async def``. In the blocking dress they answer at once, in the asynchronous one they
may suspend; the operations cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from gatewright.model import (
    Account,
    Attempt,
    AuditEntry,
    Challenge,
    Letter,
    Link,
    Mail,
    Remembered,
    Rights,
    Session,
    User,
)

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current moment, aware UTC."""
        ...


class Random(Protocol):
    """Makes what nobody can guess."""

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` unpredictable bytes."""
        ...


class Shield(Protocol):
    """Runs to its end what must not stop halfway, whoever cancels the caller."""

    async def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what ``coroutine`` returns; a cancellation is passed on only when it has ended."""
        ...


class Call(Protocol):
    """Calls the application's own functions, plain ones and coroutine functions, where they may take their time."""

    async def __call__(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what ``function`` returns, awaited where it has to be."""
        ...


class Passwords(Protocol):
    """Hashes passwords, which is slow on purpose."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password by today's policy."""
        ...

    async def verify(self, password: str, *, against: str | None) -> Verified:
        """Compare a password with a hash, at the same cost where there is no hash."""
        ...


class Verified(Protocol):
    """What a comparison of a password with a hash has shown."""

    @property
    def is_valid(self) -> bool:
        """Whether the password is right."""
        ...

    @property
    def new_hash(self) -> str | None:
        """The password's hash by today's policy, where the policy has moved on since the old one was made."""
        ...


@runtime_checkable
class UserSource(Protocol):
    """Where users come from, as the operations see it. Every method may be plain or ``async def``."""

    @property
    def user_class(self) -> type[User]:
        """What its users are instances of."""
        ...

    def load_user_by_username(self, username: str, password: str | None = None) -> Any:
        """Return the user; with a password, only if it is right."""
        ...

    def bypass(self, username: str) -> Any:
        """Return the user without a password, if active and verified."""
        ...

    def check_user_is_active(self, user: User) -> Any:
        """Raise `InactiveUserError` unless the user is active."""
        ...

    def check_user_is_verified(self, user: User) -> Any:
        """Raise `UnverifiedUserError` unless the user is verified."""
        ...


@runtime_checkable
class CredentialSource(Protocol):
    """A source of users that hands out their hash, so that the core can verify it at equal cost and renew it."""

    def find(self, username: str) -> Any:
        """Return the user and their password hash (None without a password), or None for an unknown name."""
        ...

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> Any:
        """Keep a new hash of the same password, unless the old one has been changed meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class ChallengeLimit:
    """How many challenges may have been made ``since`` a moment before another one is refused."""

    since: datetime
    per_address: int
    per_client: int


@dataclass(frozen=True, slots=True)
class VisitSecrets:
    """What names a visitor's session: the SHA-256 of its secret, and of the one of the session that it replaces."""

    digest: bytes
    ends: bytes | None


class ChallengeStore(Protocol):
    """Keeps challenges. Every method is one transaction."""

    async def add_challenge(
        self, challenge: Challenge, *, client: str | None, limit: ChallengeLimit
    ) -> Challenge | None:
        """Keep a challenge unless its address or its client is over the limit; counted and kept atomically.

        Args:
            challenge: The new challenge.
            client: The network that asks, or None where it is not known.
            limit: What still counts, and how many are too many.

        Returns:
            The challenge as it was kept, or None where it was refused.
        """
        ...

    async def find_challenge(self, challenge_text: str) -> Challenge | None:
        """Return the challenge with exactly this text."""
        ...

    async def claim_challenge(
        self,
        challenge_id: str,
        *,
        newcomer: Account,
        session: Session,
        audit: AuditEntry,
        visit: VisitSecrets | None = None,
    ) -> tuple[Account, Session] | None:
        """Spend a challenge on a session, all or nothing: claim it, find or make the account, insert the session.

        Args:
            challenge_id: The challenge to spend.
            newcomer: The account to make where nobody has its ``evrmore_address`` yet.
            session: The session to insert; its ``user_id`` becomes the account's.
            audit: What to record, at the moment of sign-in; its ``user_id`` becomes the account's.
            visit: What names the session, where it is a visitor's in a cookie.

        Returns:
            The account and its session, or None where the challenge is gone, used or expired: whoever else
            claimed it has the session. Where the account is inactive nothing is written.
        """
        ...

    async def claim_challenge_for_wallet(
        self, challenge_id: str, *, account_id: str, evrmore_address: str, audit: AuditEntry
    ) -> bool:
        """Spend a challenge on a wallet for an account, all or nothing.

        Returns:
            Whether the wallet is now the account's: False where the challenge was spent meanwhile.

        Raises:
            TakenError: If the wallet is another account's.
        """
        ...

    async def delete_expired_challenges(self, *, now: datetime, at_most: int) -> int:
        """Delete challenges that have expired and return how many; at most ``at_most`` in one call."""
        ...


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose sessions: an account's of ours by its identifier, or another ``provider``'s user's by theirs."""

    user_id: str
    provider: str | None = None


class SessionStore(Protocol):
    """Keeps sessions. Every method is one transaction."""

    async def open_session(
        self, session: Session, *, account_id: str | None, digest: bytes, ends: bytes | None, audit: AuditEntry
    ) -> Session | None:
        """Insert a session that a secret names, and end the one that the visit had before.

        Args:
            session: The new session.
            account_id: The account it belongs to, where the user is in our own tables.
            digest: SHA-256 of the secret.
            ends: SHA-256 of the visit's previous secret.
            audit: What to record.

        Returns:
            The session as it was kept, or None where the account is not active or gone: then nothing is written.
        """
        ...

    async def find_session(self, digest: bytes, *, now: datetime, idle_since: datetime) -> Session | None:
        """Return the session that a secret names, if it is neither ended, expired nor idle for too long.

        Args:
            digest: SHA-256 of the secret.
            now: The current moment.
            idle_since: A session last seen before this moment is dead.
        """
        ...

    async def touch_session(self, session_id: str, *, now: datetime) -> None:
        """Write down that a session has been seen."""
        ...

    async def is_session_alive(self, session_id: str, *, user_id: str, now: datetime) -> bool:
        """Say whether this session of this user is neither ended nor expired, and the account active."""
        ...

    async def list_sessions(self, *, now: datetime, idle_since: datetime, owner: Owner | None = None) -> list[Session]:
        """Return the sessions that are alive, newest first: one user's, or everybody's.

        Args:
            now: The current moment.
            idle_since: A session in a cookie that was last seen before this moment is dead.
            owner: Whose sessions.
        """
        ...

    async def end_session(
        self, session_id: str, *, forget_browsers: bool = False, audit: AuditEntry | None = None
    ) -> Session | None:
        """End a session; return it where this call ended it, None where there was nothing to end.

        Args:
            session_id: Which session.
            forget_browsers: Whether no browser of its user is remembered any more: one of them would open another.
            audit: What to record; who it is about follows from the session.
        """
        ...

    async def end_visit(self, digest: bytes, *, audit: AuditEntry) -> Session | None:
        """End the session that a secret names; return it where this call ended it.

        Args:
            digest: SHA-256 of the secret.
            audit: What to record; who it is about follows from the session.
        """
        ...

    async def end_sessions_of(self, owner: Owner, *, keep: str | None = None, audit: AuditEntry | None = None) -> int:
        """End every session of a user, but the one with the identifier ``keep``; return how many that were.

        Their remembered browsers are forgotten: each could open another session.
        """
        ...

    async def delete_expired_sessions(self, *, now: datetime, at_most: int) -> int:
        """Delete sessions that have expired and return how many; at most ``at_most`` in one call."""
        ...


class AccountStore(Protocol):
    """Keeps accounts. Every method is one transaction."""

    async def add_account(
        self, account: Account, *, password_hash: str | None, roles: Sequence[str], audit: AuditEntry
    ) -> Account:
        """Keep a new account with its roles, all or nothing.

        Raises:
            TakenError: If its username or mail address is somebody's already.
        """
        ...

    async def sign_up_account(
        self,
        account: Account,
        *,
        password_hash: str,
        profile: Mapping[str, str],
        letter: Letter | None,
        audit: AuditEntry,
    ) -> Account:
        """Keep an account that its owner has made, with its profile and a mail to be sent, all or nothing.

        Raises:
            TakenError: If its username or mail address is somebody's already.
        """
        ...

    async def find_account(self, account_id: str) -> Account | None:
        """Return the account with this identifier."""
        ...

    async def find_credentials(self, name: str) -> tuple[Account, str | None] | None:
        """Return the account with this username or mail address, and its password hash."""
        ...

    async def find_account_by_wallet(self, evrmore_address: str) -> Account | None:
        """Return the account that this wallet belongs to."""
        ...

    async def list_accounts(self, *, after: str, at_most: int) -> list[Account]:
        """Return accounts in the order of their identifiers, from behind ``after``."""
        ...

    async def change_account(
        self, account_id: str, *, is_active: bool | None = None, is_verified: bool | None = None, audit: AuditEntry
    ) -> bool:
        """Change what is not None. An account that is no longer active has no sessions and no remembered browsers.

        Returns:
            Whether there is such an account.
        """
        ...

    async def set_password_hash(
        self, account_id: str, new_hash: str, *, keep: str | None, letter: Letter | None = None, audit: AuditEntry
    ) -> None:
        """Keep the hash of a new password, and end the account's sessions but the one with the identifier ``keep``.

        Its links to reset the password and its remembered browsers are gone; ``letter`` tells the owner.
        """
        ...

    async def renew_password_hash(self, account_id: str, *, old_hash: str, new_hash: str) -> None:
        """Keep a new hash of the same password, unless it has been changed meanwhile. No session ends."""
        ...

    async def list_wallets(self, account_id: str) -> list[str]:
        """Return the addresses of an account's wallets, the first one linked first."""
        ...

    async def remove_wallet(self, evrmore_address: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Take a wallet from an account and end the sessions that it opened.

        Returns:
            False where the account has no such wallet, or no other way to sign in: then nothing is done.
        """
        ...


class RightsStore(Protocol):
    """Keeps roles and permissions. Every method is one transaction."""

    async def rights_of(self, account_id: str) -> Rights:
        """Return what an account may do, by one indexed question whatever the number of accounts."""
        ...

    async def add_permissions(self, names: Sequence[str], *, audit: AuditEntry) -> None:
        """Declare permissions; those that exist stay."""
        ...

    async def has_permission(self, name: str) -> bool:
        """Say whether a permission, or a branch such as ``general.*``, has been declared."""
        ...

    async def list_permissions(self) -> list[str]:
        """Return every declared permission, in order."""
        ...

    async def add_role(self, role: str, *, inherits: Sequence[str], audit: AuditEntry) -> None:
        """Declare a role, and the roles whose permissions it has as well."""
        ...

    async def list_roles(self) -> list[str]:
        """Return every declared role, in order."""
        ...

    async def grant(self, permission: str, *, to: Holder, audit: AuditEntry) -> None:
        """Give a permission or a branch to an account or a role."""
        ...

    async def revoke(self, permission: str, *, of: Holder, audit: AuditEntry) -> bool:
        """Take a permission or a branch away, and say whether it was there."""
        ...

    async def assign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> None:
        """Give a role to an account."""
        ...

    async def unassign_role(self, role: str, *, account_id: str, audit: AuditEntry) -> bool:
        """Take a role from an account, and say whether it was there."""
        ...


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a permission: one account, or everybody who has a role."""

    account_id: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines of the audit record to read. What is None does not matter; ``usernames`` are two spellings of one."""

    since: datetime | None = None
    event: str | None = None
    usernames: tuple[str, str] | None = None
    after_id: int = 0
    at_most: int = 1000


class AuditStore(Protocol):
    """Keeps the audit record: it only grows, until retention ends."""

    async def add_audit(self, entry: AuditEntry) -> None:
        """Record something that wrote nothing else."""
        ...

    async def list_audit(self, which: AuditFilter) -> list[tuple[int, AuditEntry]]:
        """Return lines with their numbers, oldest first."""
        ...

    async def delete_audit(self, *, before: datetime, at_most: int) -> int:
        """Delete lines from before a moment and return how many; at most ``at_most`` in one call."""
        ...


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """How many attempts at one action may have been made within a ``window`` before another one is refused.

    None means that it does not matter. Over ``on_name`` attempts on one name, whoever makes them, one more is let
    through ``every`` so often: whoever attacks an account slows its owner down, but cannot lock them out.
    """

    window: timedelta
    of_client_on_name: int | None = None
    of_client: int | None = None
    on_name: int | None = None
    every: timedelta | None = None


class AttemptStore(Protocol):
    """Counts attempts. Every method is one transaction."""

    async def add_attempt(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Keep an attempt unless it is one too many; counted and kept atomically.

        Returns:
            None where it was kept; else the moment from which another one may be let through.
        """
        ...

    async def blocked_until(self, attempt: Attempt, *, limit: AttemptLimit) -> datetime | None:
        """Return what `add_attempt` would, and keep nothing."""
        ...

    async def remove_attempt(self, attempt_id: str) -> None:
        """Forget an attempt: it has succeeded."""
        ...

    async def delete_expired_attempts(self, *, before: datetime, at_most: int) -> int:
        """Delete attempts from before a moment and return how many; at most ``at_most`` in one call."""
        ...


class Recollection(StrEnum):
    """What a remember-me token turned out to be."""

    UNKNOWN = "unknown"
    CURRENT = "current"
    JUST_ROTATED = "just_rotated"
    STOLEN = "stolen"


class RememberStore(Protocol):
    """Keeps remembered browsers. Every method is one transaction."""

    async def add_remembered(self, remembered: Remembered, *, account_id: str | None, digest: bytes) -> None:
        """Keep a new series.

        Args:
            remembered: The series.
            account_id: The account it belongs to, where the user is in our own tables.
            digest: SHA-256 of its first token.
        """
        ...

    async def find_remembered(self, series_id: str, *, now: datetime) -> Remembered | None:
        """Return a series that has not expired."""
        ...

    async def rotate_remembered(
        self,
        series_id: str,
        *,
        digest: bytes,
        new_digest: bytes,
        now: datetime,
        grace_since: datetime,
        audit: AuditEntry,
    ) -> tuple[Recollection, Remembered | None]:
        """Use a token of a series, and replace it by a new one, all or nothing.

        The current token is replaced. The one before it is let through where it was replaced after ``grace_since``:
        a browser sends several requests at once. Any other token is a copy that somebody has used before: every
        series of the user is deleted, the sessions that came of remembering end, and ``audit`` is recorded; who it is
        about follows from the series.

        Args:
            series_id: The series.
            digest: SHA-256 of the token that came.
            new_digest: SHA-256 of the token to replace it by.
            now: The current moment; an expired series is unknown.
            grace_since: Until when a token that has been replaced is let through.
            audit: What to record of a theft.
        """
        ...

    async def remove_remembered(self, series_id: str) -> None:
        """Forget a series."""
        ...

    async def delete_expired_remembered(self, *, now: datetime, at_most: int) -> int:
        """Delete series that have expired and return how many; at most ``at_most`` in one call."""
        ...


class LinkStore(Protocol):
    """Keeps the links of mails. Every method is one transaction."""

    async def add_link(self, link: Link, *, digest: bytes) -> None:
        """Keep a link under the SHA-256 of its secret. Older ones of its account and purpose are gone."""
        ...

    async def find_link(self, digest: bytes, *, purpose: str, now: datetime) -> tuple[Link, Account] | None:
        """Return a link that can still be used, and its account, which is active and has still the same address."""
        ...

    async def verify_email(self, link_id: str, *, audit: AuditEntry) -> bool:
        """Spend a link on its account's verification, all or nothing; say whether this call did."""
        ...

    async def reset_password(self, link_id: str, new_hash: str, *, letter: Letter, audit: AuditEntry) -> bool:
        """Spend a link on a new password, all or nothing; say whether this call did.

        The account's sessions, its other links of this purpose and its remembered browsers are gone; ``letter``
        tells the owner.
        """
        ...

    async def delete_expired_links(self, *, now: datetime, at_most: int) -> int:
        """Delete links that have expired and return how many; at most ``at_most`` in one call."""
        ...


class LetterStore(Protocol):
    """Keeps the mails that wait to be sent. Every method is one transaction."""

    async def add_letter(self, letter: Letter, *, audit: AuditEntry) -> None:
        """Keep a mail to be sent."""
        ...

    async def claim_letter(self, *, now: datetime, busy_until: datetime) -> Letter | None:
        """Return the letter that has been due longest, and let nobody else have it before ``busy_until``."""
        ...

    async def remove_letter(self, letter_id: str, *, audit: AuditEntry) -> None:
        """Forget a letter: it has been sent."""
        ...

    async def postpone_letter(self, letter_id: str, *, due_at: datetime, error: str) -> None:
        """Try a letter again later; counts the try that has failed."""
        ...

    async def list_letters(self) -> list[Letter]:
        """Return the letters that wait, the oldest first."""
        ...


class ProfileStore(Protocol):
    """Keeps what accounts say of themselves. Every method is one transaction."""

    async def find_profile(self, account_id: str) -> dict[str, str]:
        """Return the fields of an account's profile; none where nothing has been kept."""
        ...

    async def save_profile(self, account_id: str, profile: Mapping[str, str], *, audit: AuditEntry) -> None:
        """Keep the fields of an account's profile, in the place of all it had."""
        ...


class Mailer(Protocol):
    """Sends mails. A plain function of the application's, called on a thread where it may take its time."""

    def send(self, mail: Mail) -> None:
        """Send a mail.

        Raises:
            MailUnavailableError: If it could not be handed over; it will be tried again.
        """
        ...


class Writer(Protocol):
    """Writes mails."""

    def write(self, letter: Letter, *, link: str | None, hours: int) -> Mail:
        """Return a letter's mail in its language.

        Args:
            letter: What to write, to whom.
            link: Where its link leads, secret included.
            hours: How long the link is good.
        """
        ...


class Store(
    ChallengeStore,
    SessionStore,
    AccountStore,
    RightsStore,
    AuditStore,
    AttemptStore,
    RememberStore,
    LinkStore,
    LetterStore,
    ProfileStore,
    Protocol,
):
    """All that gatewright keeps."""

    def close(self) -> None:
        """Let go of every connection. The store opens new ones when it is used again."""
        ...
