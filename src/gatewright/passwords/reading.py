"""Read whatever hash an application has stored, or name its kind, and never show more of it than that."""

from __future__ import annotations

import re

from gatewright.errors import UnreadableHashError
from gatewright.passwords.argon2_hashes import read_argon2
from gatewright.passwords.bcrypt_hashes import read_bcrypt
from gatewright.passwords.crypt_hashes import read_crypt
from gatewright.passwords.digest_hashes import read_digest
from gatewright.passwords.pbkdf2_hashes import read_pbkdf2
from gatewright.passwords.scrypt_hashes import read_scrypt
from gatewright.passwords.stored_hash import Reader, StoredHash

_READERS: tuple[Reader, ...] = (read_argon2, read_bcrypt, read_pbkdf2, read_scrypt, read_crypt, read_digest)
_LONGEST = 2048
_PADDING = " \t\r\n\0"
"""What fixed-length columns and files add around a value. No hash begins or ends with it."""

_NO_PASSWORD = re.compile(r"|[!*].*", re.DOTALL)
"""How Django and ``/etc/shadow`` mark a user who has no password."""

_LDAP_PBKDF2 = re.compile(r"\{PBKDF2(-SHA[0-9]+)?\}", re.IGNORECASE)
_WRAPPER = re.compile(r"\{[A-Za-z0-9@._-]{1,32}\}(?=\$)")
"""The prefix with which Spring, Dovecot and LDAP mark a hash that names its own kind: ``{bcrypt}``, ``{CRYPT}``."""

_KIND = re.compile(
    r"(\$[A-Za-z0-9_-]{1,20}\$|\{[A-Za-z0-9@._-]{1,32}\})\S{12,}|([a-z0-9_]{2,20}[$:])\S*\$\S{16,}", re.ASCII
)


def text_of(stored: object) -> str:
    """Return a stored hash as text without padding. Some drivers return bytes.

    Raises:
        UnreadableHashError: If it cannot be a hash. The message shows nothing of it.
    """
    if isinstance(stored, bytes | bytearray | memoryview):
        stored = bytes(stored)
    if not isinstance(stored, str | bytes):
        raise UnreadableHashError(f"A stored hash must be text or bytes, not {type(stored).__name__}.")
    if len(stored) > _LONGEST:
        raise UnreadableHashError(f"It has more than {_LONGEST} characters, which no hash has.")
    try:
        return (stored if isinstance(stored, str) else stored.decode("ascii")).strip(_PADDING)
    except UnicodeDecodeError:
        raise UnreadableHashError("It is bytes that are not ASCII text.") from None


def read_hash(stored: object) -> StoredHash | None:
    """Read a stored hash.

    Args:
        stored: The stored value, of any type.

    Returns:
        The hash, or None if there is none, for a user without a password.

    Raises:
        UnreadableHashError: If it is of an unknown kind, damaged, or too costly. The message names the kind.
    """
    if stored is None:
        return None
    text = text_of(stored)
    if _NO_PASSWORD.fullmatch(text):
        return None
    bare = _WRAPPER.sub("", _LDAP_PBKDF2.sub(lambda match: f"$pbkdf2{(match[1] or '').lower()}$", text, count=1))
    try:
        found = next(filter(None, (reader(bare) for reader in _READERS)), None)
    except UnreadableHashError as error:
        raise UnreadableHashError(f"{_kind_of(text)} is too costly to verify. {error}", **error.evidence) from None
    if found is None:
        raise UnreadableHashError(f"{_kind_of(text)} is of an unknown kind, or damaged.")
    return found


def _kind_of(text: str) -> str:
    """Name a kind by its prefix alone; a text without one may be a plaintext password, so show nothing of it."""
    match = _KIND.fullmatch(text)
    if match is not None:
        return f"A hash that begins with {match[1] or match[2]}"
    if re.fullmatch(r"[0-9A-Fa-f]{32,128}", text):
        return f"A hash of {len(text)} hexadecimal digits"
    return f"A hash of {len(text)} characters without a prefix"
