"""Hashing passwords."""

from __future__ import annotations

from typing import Protocol


class Verified(Protocol):
    """The result of comparing a password with a hash."""

    @property
    def is_valid(self) -> bool:
        """Whether the password is right."""
        ...

    @property
    def new_hash(self) -> str | None:
        """The password's hash by the current policy, if the old one no longer meets it."""
        ...

    @property
    def unreadable(self) -> str | None:
        """Why the stored hash could not be read, naming its kind, only for the log; None if it could."""
        ...


class Hasher(Protocol):
    """Compares passwords with hashes of its own kinds, on the calling thread."""

    def verify(self, password: object, *, against: object) -> Verified:
        """Compare a password with a hash, at the same cost if there is no hash."""
        ...


class Passwords(Protocol):
    """Hashes passwords, which is slow on purpose."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password by the current policy."""
        ...

    async def verify(self, password: str, *, against: object, by: Hasher | None = None) -> Verified:
        """Compare a password with a hash, at the same cost if there is no hash; optionally with another hasher."""
        ...
