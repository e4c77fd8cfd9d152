"""Checks for names and passwords that nobody can have, so that no source of users is asked about them."""

from __future__ import annotations

from gatewright.errors import InvalidParameterError
from gatewright.passwords.encoding import encode_password

_LONGEST_USERNAME = 255


def is_possible_username(value: object) -> bool:
    """Return whether anybody could have this name: text of 1 to 255 characters that can be stored and sent."""
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_USERNAME or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_possible_password(value: object) -> bool:
    """Return whether anybody could have this password: non-empty text of at most 4096 bytes in UTF-8."""
    try:
        return len(encode_password(value)) > 0
    except InvalidParameterError:
        return False
