"""Django's default hashes: ``pbkdf2_sha256$iterations$salt$digest`` (PBKDF2, RFC 8018)."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode

_MAXIMUM_ITERATIONS = 4_000_000  # about one second of one core; Django 6.1 writes 1.5 million

# The salt is 1 to 128 printable ASCII characters without a dollar sign, and counts as text.
_PATTERN = re.compile(r"pbkdf2_sha256\$([1-9][0-9]{0,6})\$([!-#%-~]{1,128})\$([A-Za-z0-9+/]{43}=)")


def is_django(stored: str) -> bool:
    """Tell whether this is a ``pbkdf2_sha256`` hash within bounds."""
    match = _PATTERN.fullmatch(stored)
    return match is not None and int(match[1]) <= _MAXIMUM_ITERATIONS


def verify_django(password: bytes, stored: str) -> bool:
    r"""Tell whether this is a ``pbkdf2_sha256`` hash within bounds, and of this password.

    PBKDF2's HMAC pads a password with NULs, so that ``a`` and ``a\0`` have the same hash: a password with a NUL is
    not valid. Django's forms take none either.
    """
    match = _PATTERN.fullmatch(stored)
    if match is None or not is_django(stored) or b"\0" in password:
        return False
    iterations, salt, digest = int(match[1]), match[2], match[3]
    computed = hashlib.pbkdf2_hmac("sha256", password, salt.encode("ascii"), iterations)
    return hmac.compare_digest(b64encode(computed), digest.encode("ascii"))
