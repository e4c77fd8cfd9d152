"""Codes that people write down: how they are formatted and read."""

from __future__ import annotations

import json
from hashlib import sha256

from gatewright.methods.typed import read_typed
from gatewright.ports import Owner

CODE_SIZE = 15
"""Random bytes in a code: 120 bits. From 112 bits a plain digest is enough (NIST SP 800-63B-4, 3.1.2.2)."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32 (crockford.com/base32.html): no letters I, L, O and U."""

_LOOKALIKES = str.maketrans("OIL", "011")
_LENGTH = CODE_SIZE * 8 // 5


def write_code(raw: bytes) -> str:
    """Return random bytes as a code, in groups of four."""
    number = int.from_bytes(raw)
    return _in_groups("".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_LENGTH))))


def read_code(typed: object) -> str | None:
    """Return a code as `write_code` formats it, however it was typed; None if it cannot be one."""
    letters = read_typed(typed)
    letters = letters.upper().translate(_LOOKALIKES) if letters.isascii() else ""
    return _in_groups(letters) if len(letters) == _LENGTH and set(letters) <= set(_ALPHABET) else None


def digest_of_code(code: str, owner: Owner) -> bytes:
    """Return the digest to store for a code.

    Nobody can try 2**120 codes, so a slow hash is not needed. The digest includes the owner, so that each user's codes
    must be attacked separately, and a digest is useless in another user's row.
    """
    return sha256(json.dumps([owner.provider, owner.user_id, code]).encode()).digest()


def _in_groups(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, _LENGTH, 4))
