"""Django's own password hashers: verifies and renews hashes by ``PASSWORD_HASHERS``."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import (
    BasePasswordHasher,
    identify_hasher,
    is_password_usable,
    make_password,
    verify_password,
)

from gatewright.errors import InvalidParameterError, UnreadableHashError
from gatewright.passwords import Verified, spellings_of, text_of

_BCRYPT = "bcrypt"
_BCRYPT_BYTES = 72


class DjangoHasher:
    """Verifies and renews like ``check_password``, at the same cost: one run of the default hasher for an unknown user.

    Django does not normalise passwords, so the password is tried as typed, then in NFC form; a hash is renewed in the
    form that matches, so that Django's own forms keep accepting it.
    """

    def verify(self, password: object, *, against: object) -> Verified:
        """Implement `gatewright.ports.Hasher`."""
        try:
            spellings = spellings_of(password)[::-1]
        except InvalidParameterError:
            return _refuse([""])
        try:
            stored = None if against is None else text_of(against)
            if stored is None or not is_password_usable(stored):
                return _refuse(spellings)
            hasher = _hasher_of(stored)
            for each in spellings:
                verified = _verify(hasher, each, stored)
                if verified.is_valid:
                    return verified
        except UnreadableHashError as error:
            return _refuse(spellings, unreadable=str(error))
        return Verified(is_valid=False)


class _Cut(bytes):
    """A password of which the bcrypt library, which raises for longer ones, gets only the bytes that bcrypt reads.

    Up to 5.2 Django encodes the value by calling its method; since 6.1, unless it is already bytes.
    """

    def encode(self, *_: Any) -> bytes:
        """Return the bytes themselves."""
        return bytes(self)


def _hasher_of(stored: str) -> BasePasswordHasher:
    try:
        return identify_hasher(stored)
    except ValueError:
        kind = stored.partition("$")[0] if stored.count("$") > 1 else ""
        named = f"of the kind {kind[:20]}" if kind else "without a known prefix"
        raise UnreadableHashError(f"It is a hash {named}, which no hasher of PASSWORD_HASHERS reads.") from None


def _verify(hasher: BasePasswordHasher, password: str, stored: str) -> Verified:
    r"""Compare one spelling. For some hashers a NUL terminates or pads a password: ``a`` and ``a\0`` would be equal."""
    is_cut = hasher.algorithm == _BCRYPT
    try:
        given: Any = _Cut(password.encode()[:_BCRYPT_BYTES]) if is_cut else password
        is_right, is_outdated = verify_password(given, stored)
    except (ValueError, TypeError, LookupError, AssertionError):  # Django itself would answer these with 500
        raise UnreadableHashError(f"It is a damaged hash of the kind {hasher.algorithm}.") from None
    if not is_right or "\0" in password:
        return Verified(is_valid=False)
    is_whole = not is_cut or len(password.encode()) < _BCRYPT_BYTES
    return Verified(is_valid=True, new_hash=make_password(password) if is_outdated and is_whole else None)


def _refuse(spellings: Any, *, unreadable: str | None = None) -> Verified:
    """Refuse, at the cost of the default hasher, as Django's ``ModelBackend`` does."""
    for each in spellings:
        make_password(each)
    return Verified(is_valid=False, unreadable=unreadable)
