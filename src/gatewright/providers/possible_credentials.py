"""What is worth asking a source of users about: names and passwords that somebody could have."""

from __future__ import annotations

from gatewright.errors import InvalidParameterError
from gatewright.passwords.encoding import encode_password

_LONGEST_USERNAME = 255


def is_possible_username(value: object) -> bool:
    """Say whether anybody could have this name: text of 1 to 255 characters that can be stored and sent."""
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_USERNAME or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_possible_password(value: object) -> bool:
    """Say whether anybody could have this password: text that is not empty, of at most 4096 bytes in UTF-8."""
    try:
        return len(encode_password(value)) > 0
    except InvalidParameterError:
        return False
