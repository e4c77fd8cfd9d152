"""Hashing and verifying passwords: argon2id for our own, older and foreign hashes until their owners sign in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pwdlib.hashers.argon2 import Argon2Hasher

from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.passwords.argon2_hashes import is_argon2, verify_argon2
from gatewright.passwords.bcrypt_hashes import is_bcrypt, verify_bcrypt
from gatewright.passwords.django_hashes import is_django, verify_django
from gatewright.passwords.encoding import encode_password


@dataclass(frozen=True, slots=True)
class Verified:
    """What `PasswordHasher.verify` found out.

    ``new_hash`` is there where the password is right but its stored hash is not of today's policy: keep it instead.
    """

    is_valid: bool
    new_hash: str | None = field(default=None, repr=False)


def can_verify(stored: object) -> bool:
    """Tell whether a stored hash is of a kind and within the bounds that `PasswordHasher.verify` reads."""
    return isinstance(stored, str) and (is_argon2(stored) or is_bcrypt(stored) or is_django(stored))


class PasswordHasher:
    """Hashes passwords with argon2id, and verifies argon2id, argon2i, bcrypt and Django's PBKDF2 hashes.

    The defaults are those of OWASP's Password Storage Cheat Sheet. A hash takes one thread ``memory_kib`` of memory
    and tens of milliseconds, and other threads run meanwhile.

    Args:
        memory_kib: Memory that one hash fills, in KiB.
        iterations: Passes over that memory.
        parallelism: Lanes, each a thread of its own.

    Raises:
        ConfigurationError: The parameters are not within the bounds of what is verified here.
    """

    def __init__(self, *, memory_kib: int = 19456, iterations: int = 2, parallelism: int = 1) -> None:
        self._argon2 = Argon2Hasher(time_cost=iterations, memory_cost=memory_kib, parallelism=parallelism)
        beginning = f"$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}$"
        self._dummy = f"{beginning}{'A' * 22}${'A' * 43}"
        self._of_today = re.compile(re.escape(beginning) + r"[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}")
        if not is_argon2(self._dummy):
            raise ConfigurationError(
                "These argon2id parameters cannot be used: at least 8 KiB of memory for each lane and at most 256 MiB, "
                "1 to 64 iterations, 1 to 16 lanes, and memory times iterations at most 1 GiB. "
                "Start from memory_kib=19456, iterations=2, parallelism=1.",
                memory_kib=memory_kib,
                iterations=iterations,
                parallelism=parallelism,
            )

    def hash(self, password: str) -> str:
        """Hash a password with a new salt, exactly as it is given.

        Whether anybody should choose it is for `PasswordPolicy` to say.

        Raises:
            WeakPasswordError: It is longer than `MAXIMUM_PASSWORD_BYTES`.
            InvalidParameterError: It is no ``str``, or not Unicode text.
        """
        return self._argon2.hash(encode_password(password))

    def verify(self, password: object, *, against: str | None) -> Verified:
        """Tell whether a password is the one that was hashed, and renew the hash where the policy has moved on.

        Whatever it is given and whatever the answer, it hashes exactly once with today's parameters: by comparing,
        by making the new hash, or for nothing. So an unknown user, one without a password, one with a damaged hash
        and a wrong password cost the same. An older or foreign hash costs its own work on top, for a right and a
        wrong password alike, until its owner signs in; a cheap one never answers faster than no user at all.

        Passwords longer than 72 bytes are cut for bcrypt, as PHP does; the new hash is of the whole password.

        Args:
            password: Anything at all, from a stranger. What is no Unicode text or too long is not valid.
            against: The stored hash, or None where there is no user or no password to compare with. A hash that is
                malformed, of another kind or out of bounds fits no password.
        """
        try:
            encoded = encode_password(password)
        except InvalidParameterError:
            return self._refuse()
        if not isinstance(against, str):
            return self._refuse()
        if self._of_today.fullmatch(against):
            return Verified(self._argon2.verify(encoded, against))
        if verify_argon2(encoded, against) or verify_bcrypt(encoded, against) or verify_django(encoded, against):
            return Verified(is_valid=True, new_hash=self._argon2.hash(encoded))
        return self._refuse()

    def _refuse(self) -> Verified:
        """Answer no, at the cost of one hash."""
        self._argon2.verify(b"", self._dummy)
        return Verified(is_valid=False)
