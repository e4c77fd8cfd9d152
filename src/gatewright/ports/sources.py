"""Where users come from."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Protocol, TypeGuard, runtime_checkable

from gatewright.errors import ConfigurationError
from gatewright.model import Account, User
from gatewright.ports.passwords import Hasher


@runtime_checkable
class UserSource(Protocol):
    """Where users come from, as the operations see it. Every method may be plain or ``async def``."""

    @property
    def user_class(self) -> type[User]:
        """The class of its users."""
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


def require_silent(source: object, check: str, answer: object) -> None:
    """Refuse any return value of a check of a user: it must refuse by an exception, and False would let everybody in.

    Args:
        source: The source whose check it is.
        check: The method.
        answer: What it returned.

    Raises:
        ConfigurationError: If that is anything but None.
    """
    if answer is not None:
        error = "InactiveUserError" if check == "check_user_is_active" else "UnverifiedUserError"
        raise ConfigurationError(
            f"{type(source).__name__}.{check} returned {answer!r:.40}, which says nothing. It says no by "
            f"raise {error}(), and yes by returning None."
        )


class CredentialSource(Protocol):
    """A source of users that exposes their password hash, so that the core can verify it at equal cost and renew it.

    If its hashes are to be verified and renewed by another system's rules, it also has an ``own_hasher``.
    """

    def find(self, username: str) -> Any:
        """Return the user and their password hash (None without a password), or None for an unknown name."""
        ...

    def save_hash(self, username: str, *, old_hash: str, new_hash: str) -> Any:
        """Store a new hash of the same password, unless the old one has been changed in the meantime."""
        ...


class AccountSource(UserSource, Protocol):
    """A source whose users are the accounts in gatewright's own tables, and nothing else."""

    admits_accounts: bool

    is_quick: bool
    """Whether an indexed read is faster than a switch to a thread, so that it may be called on the event loop."""

    def admit(self, account: Account, username: str) -> User | None:
        """Return the user of an account as `bypass` would, or None if the name alone is ambiguous.

        Raises:
            InactiveUserError: If the user has been deactivated.
            UnverifiedUserError: If the user is not verified yet.
        """
        ...


def admits_accounts(source: UserSource) -> TypeGuard[AccountSource]:
    """Return whether a source is an `AccountSource`."""
    return getattr(source, "admits_accounts", False)


def reads_quickly(source: UserSource) -> bool:
    """Return whether a source may be called on an event loop."""
    return getattr(source, "is_quick", False)


def hands_out_hashes(source: object) -> TypeGuard[CredentialSource]:
    """Return whether a source is a `CredentialSource`, by the object: a chain is one if all its providers are."""
    return hasattr(source, "find") and hasattr(source, "save_hash")


def credential_digest(password_hash: str | bytes | None) -> bytes:
    """Return the SHA-256 that distinguishes one stored password hash from another, or from none.

    A hash contains a random salt, so it cannot be recovered from this. Padding from a fixed-length column is not part
    of it.
    """
    held = password_hash.encode(errors="surrogatepass") if isinstance(password_hash, str) else password_hash
    return sha256((held or b"").rstrip(b" \0")).digest()


def found_with(password_hash: str | bytes | None, user: User) -> User:
    """Return a user who has just been found with a password hash, marked with its digest unless already marked."""
    if user.credential_digest is None:
        user.credential_digest = credential_digest(password_hash)
    return user


def own_hasher_of(source: object) -> Hasher | None:
    """Return the hasher that verifies a source's hashes by its own rules; None if the settings apply."""
    hasher: Hasher | None = getattr(source, "own_hasher", None)
    return hasher
