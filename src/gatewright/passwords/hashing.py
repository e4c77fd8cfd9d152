"""Hash and verify passwords: argon2id for new hashes, and older and foreign hashes until their owners sign in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from gatewright.errors import ConfigurationError, InvalidParameterError, UnreadableHashError
from gatewright.passwords.encoding import encode_password, spellings_of
from gatewright.passwords.reading import read_hash, text_of

if TYPE_CHECKING:
    from pwdlib.hashers.argon2 import Argon2Hasher


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of `PasswordHasher.verify`.

    ``new_hash`` is set if the password is right but its stored hash does not follow the current policy: store it
    instead. ``unreadable`` says why the stored hash could not be read, and names its kind; it is for the log only.
    """

    is_valid: bool
    new_hash: str | None = field(default=None, repr=False)
    unreadable: str | None = field(default=None, repr=False, compare=False)


def can_verify(stored: object) -> bool:
    """Return whether a stored hash is of a kind, and within the limits, that `PasswordHasher.verify` reads."""
    try:
        return read_hash(stored) is not None
    except UnreadableHashError:
        return False


class PasswordHasher:
    """Hashes passwords with argon2id, and verifies the hashes of common systems.

    The defaults are those of OWASP's Password Storage Cheat Sheet. A hash takes one thread, ``memory_kib`` of memory
    and tens of milliseconds, during which other threads can run.

    Args:
        memory_kib: Memory that one hash fills, in KiB.
        iterations: Passes over that memory.
        parallelism: Lanes, each with its own thread.

    Raises:
        ConfigurationError: If the parameters are outside the limits of verification.
    """

    def __init__(self, *, memory_kib: int = 19456, iterations: int = 2, parallelism: int = 1) -> None:
        self._cost = memory_kib, iterations, parallelism
        beginning = f"$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}$"
        self._dummy = f"{beginning}{'A' * 22}${'A' * 43}"
        self._of_today = re.compile(re.escape(beginning) + r"[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}")
        if not can_verify(self._dummy):
            raise ConfigurationError(
                "These argon2id parameters cannot be used. Use at least 8 KiB of memory per lane and at most 256 MiB, "
                "1 to 64 iterations, 1 to 16 lanes, and memory times iterations at most 1 GiB. "
                "Start from memory_kib=19456, iterations=2, parallelism=1.",
                memory_kib=memory_kib,
                iterations=iterations,
                parallelism=parallelism,
            )

    @cached_property
    def _argon2(self) -> Argon2Hasher:
        """The hasher, imported for the first password: a worker that only recognises its visitors does not need it."""
        from pwdlib.hashers.argon2 import Argon2Hasher

        memory_kib, iterations, parallelism = self._cost
        return Argon2Hasher(time_cost=iterations, memory_cost=memory_kib, parallelism=parallelism)

    def hash(self, password: str) -> str:
        """Hash a password with a new salt: in Unicode's form NFC, and otherwise exactly as given.

        `PasswordPolicy` decides whether the password may be chosen.

        Raises:
            WeakPasswordError: If it is longer than `MAXIMUM_PASSWORD_BYTES`.
            InvalidParameterError: If it is not a ``str``, or not Unicode text.
        """
        return self._argon2.hash(encode_password(password))

    def verify(self, password: object, *, against: object) -> Verified:
        """Verify a password against a stored hash, and compute a new hash if the policy has changed.

        Whatever the input and the result, it hashes once with today's parameters: to compare, to compute the new hash,
        or as a dummy. So an unknown user, one without a password, one with a damaged hash and a wrong password cost the
        same. An older or foreign hash adds its own cost, for a right and a wrong password alike, until its owner signs
        in; a cheap one is never faster than an unknown user. A password that is not in the form NFC is tried in that
        form and then as it was typed, so it costs all of this twice.

        Against a bcrypt hash, only the first 72 bytes of a password are compared, as PHP does. A password of 72 bytes
        or more may not be the whole one, so such a hash is kept.

        Args:
            password: Any untrusted value. If it is not Unicode text or is too long, it is not valid.
            against: The stored hash, or None if there is no user or no password to compare with. A hash that is
                malformed, of an unknown kind or out of bounds matches no password.
        """
        try:
            spellings = [spelling.encode() for spelling in spellings_of(password)]
        except InvalidParameterError:
            return self._refuse([b""])
        try:
            text = None if against is None else text_of(against)
            if text is not None and self._of_today.fullmatch(text):
                return self._verify_of_today(spellings, text)
            stored = read_hash(text)
        except UnreadableHashError as error:
            return self._refuse(spellings, unreadable=str(error))
        matching = None if stored is None else next(filter(stored.matches, spellings), None)
        if stored is None or matching is None:
            return self._refuse(spellings)
        return Verified(True, self._argon2.hash(spellings[0]) if stored.compares_whole(matching) else None)

    def _verify_of_today(self, spellings: Sequence[bytes], stored: str) -> Verified:
        matching = next((each for each in spellings if self._argon2.verify(each, stored)), None)
        is_as_typed = matching is not None and matching is not spellings[0]
        return Verified(matching is not None, self._argon2.hash(spellings[0]) if is_as_typed else None)

    def _refuse(self, spellings: Sequence[bytes], *, unreadable: str | None = None) -> Verified:
        """Return a refusal, at the cost of one hash for every spelling that would have been compared."""
        for _ in spellings:
            self._argon2.verify(b"", self._dummy)
        return Verified(is_valid=False, unreadable=unreadable)
