"""Hashing passwords."""

from __future__ import annotations

from typing import Protocol


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

    @property
    def unreadable(self) -> str | None:
        """Why the stored hash could not be read, naming its kind, for the log alone; None where it could be."""
        ...


class Hasher(Protocol):
    """Compares passwords with hashes of its own kinds, where it is called."""

    def verify(self, password: object, *, against: object) -> Verified:
        """Compare a password with a hash, at the same cost where there is no hash."""
        ...


class Passwords(Protocol):
    """Hashes passwords, which is slow on purpose."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password by today's policy."""
        ...

    async def verify(self, password: str, *, against: object, by: Hasher | None = None) -> Verified:
        """Compare a password with a hash, at the same cost where there is no hash; by another hasher than ours."""
        ...
