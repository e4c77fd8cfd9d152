"""Users' profiles: names and values that gatewright only stores."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from gatewright.errors import InvalidParameterError
from gatewright.model import User
from gatewright.operations.audit import entry
from gatewright.operations.parts import Parts
from gatewright.operations.rights import require_account

_MOST_FIELDS = 20
_LONGEST_NAME = 64
_LONGEST_VALUE = 255
_UNTYPABLE = {"Cc", "Cs"}
"""Unicode categories of control characters and of lone surrogates."""


def read_profile(value: object) -> dict[str, str]:
    """Return a profile if it is valid.

    Raises:
        InvalidParameterError: Unless it maps at most 20 names of 1 to 64 characters to strings of at most 255, without
            control characters.
    """
    if not isinstance(value, Mapping) or len(value) > _MOST_FIELDS:
        raise InvalidParameterError(
            f"profile must be a mapping of at most {_MOST_FIELDS} names to strings.", parameter="profile"
        )
    return {_require_name(name): _require_value(text) for name, text in value.items()}


async def get_profile(parts: Parts, username: str) -> dict[str, str]:
    """Return the fields of a user's profile.

    Raises:
        UserNotFoundError: If there is no such user.
    """
    account = await require_account(parts, username)
    return await parts.store.find_profile(account.id)


async def set_profile(parts: Parts, username: str, profile: Mapping[str, str], *, actor: str | None) -> None:
    """Replace a user's profile.

    Raises:
        UserNotFoundError: If there is no such user.
        InvalidParameterError: If it is not a valid profile.
    """
    account = await require_account(parts, username)
    fields = read_profile(profile)
    changed = entry(parts, "profile_changed", user_id=account.id, username=User(account).username, actor=actor)
    await parts.store.save_profile(account.id, fields, audit=changed)


def _require_name(name: object) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME or not _is_typable(name):
        raise InvalidParameterError(
            f"The name of a profile field must have 1 to {_LONGEST_NAME} characters, none of them a control character.",
            parameter="profile",
        )
    return name


def _require_value(text: object) -> str:
    if not isinstance(text, str) or len(text) > _LONGEST_VALUE or not _is_typable(text):
        raise InvalidParameterError(
            f"A profile field must have at most {_LONGEST_VALUE} characters, none of them a control character.",
            parameter="profile",
        )
    return text


def _is_typable(text: str) -> bool:
    return not any(unicodedata.category(character) in _UNTYPABLE for character in text)
