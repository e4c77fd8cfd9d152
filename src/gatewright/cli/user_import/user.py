"""From the fields of a line to the user to create."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from gatewright.cli.user_import.formats import Fields
from gatewright.errors import InvalidParameterError

FIELDS = ("id", "username", "email", "password_hash", "password", "active", "verified", "email_verified_at", "roles")

_FLAGS = dict.fromkeys(("1", "true", "t", "yes", "y"), True) | dict.fromkeys(("0", "false", "f", "no", "n"), False)

_EPOCH = re.compile(r"\d{9,16}(\.\d+)?", re.ASCII)
"""Seconds since 1970, or milliseconds, or microseconds. With fewer digits no user can have been verified."""

_ZERO_DATE = "0000-00-00"
"""What MySQL writes in place of a missing time."""

_HASH = re.compile(r"\$[a-z0-9-]+\$\S{20,}|[a-z0-9_]+\$\S*\$\S{16,}", re.IGNORECASE)
"""The shape of crypt's and Django's hashes, whether we can read them or not."""


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """A user as a line describes one. Without an ``id`` the account gets a random one."""

    id: str | None
    username: str | None
    email: str | None
    password_hash: str | None = field(repr=False)
    password: str | None = field(repr=False)
    is_active: bool
    is_verified: bool
    roles: tuple[str, ...]


def user_of(fields: Fields) -> ImportedUser:
    """Return the user whom the fields describe.

    Raises:
        InvalidParameterError: If a field is invalid. The reason quotes none: they hold secrets.
    """
    user = ImportedUser(
        id=_id(fields),
        username=_text(fields, "username"),
        email=_text(fields, "email"),
        password_hash=_text(fields, "password_hash"),
        password=_text(fields, "password"),
        is_active=_flag(fields, "active", default=True),
        is_verified=_is_verified(fields),
        roles=_roles(fields),
    )
    if user.username is None and user.email is None:
        raise InvalidParameterError("It has neither a username nor an email.")
    if user.password is not None and user.password_hash is not None:
        raise InvalidParameterError("It has both a password and a password_hash.")
    if user.password is not None and _HASH.fullmatch(user.password):
        raise InvalidParameterError("Its password is a hash. Name that field password_hash.")
    return user


def _text(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidParameterError(f"{name} must be text, not {type(value).__name__}.")
    return value


def _id(fields: Fields) -> str | None:
    value = fields.get("id")
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else _text(fields, "id")


def _is_verified(fields: Fields) -> bool:
    """Return whether the email address was verified, from a flag or from the time when it was."""
    name = "verified" if fields.get("verified") not in (None, "") else "email_verified_at"
    value = str(fields.get(name)).strip()
    if value.startswith(_ZERO_DATE):
        return False
    if _EPOCH.fullmatch(value) or _is_moment(value):
        return True
    try:
        return _flag(fields, name, default=False)
    except InvalidParameterError as error:
        raise InvalidParameterError(f"{error} Or give the time when it was, as in 2024-01-31T12:00:00Z.") from None


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value.removesuffix(" UTC"))
    except ValueError:
        return False
    return True


def _flag(fields: Fields, name: str, *, default: bool) -> bool:
    value = fields.get(name)
    if value is None or value == "":
        return default
    flag = _FLAGS.get(str(value).strip().lower())
    if flag is None:
        raise InvalidParameterError(f"{name} must be 1 or 0, true or false, yes or no.")
    return flag


def _roles(fields: Fields) -> tuple[str, ...]:
    value = fields.get("roles") or []
    names = value.split(";") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidParameterError("roles must be text with ; between the names, or a list of names.")
    return tuple(name for name in names if name.strip())
