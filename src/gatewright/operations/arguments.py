"""Validate input: an argument is acceptable, or an error names it and says what is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, TypeGuard
from unicodedata import category

from gatewright.errors import InvalidParameterError

LONGEST_LIFETIME = 366 * 24 * 60
"""Minutes. A longer lifetime is a mistake of unit, such as seconds for minutes."""

_LONGEST_USER_AGENT = 512
LONGEST_ID = 255
LONGEST_NOTE = 255
LONGEST_LABEL = 60
_JOINERS = dict.fromkeys(map(ord, "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"))
"""Invisible characters that are part of emoji, and of words in Persian and Hindi."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that end a line, change its direction, or are invisible."""

_LARGEST_COUNT = 2**31


def require_text(name: str, value: object, *, at_most: int) -> str:
    """Return ``value`` if it is text of 1 to ``at_most`` characters that can be stored and sent.

    Raises:
        InvalidParameterError: If it is anything else.
    """
    if not isinstance(value, str):
        raise InvalidParameterError(f"{name} must be a str, not {type(value).__name__}.", parameter=name)
    if not 1 <= len(value) <= at_most:
        raise InvalidParameterError(f"{name} must have 1 to {at_most} characters, not {len(value)}.", parameter=name)
    if not _is_storable(value):
        raise InvalidParameterError(f"{name} contains characters that are not text.", parameter=name)
    return value


def is_label(text: str) -> bool:
    """Return whether a text can be a user's label for something: one line, with no invisible characters."""
    shown = text.translate(_JOINERS).strip()
    return 1 <= len(shown) <= len(text) <= LONGEST_LABEL and not any(category(each) in _UNSEEN for each in shown)


def require_minutes(name: str, value: object, *, least: float) -> float:
    """Return ``value`` if it is a number of minutes from ``least`` to a year.

    Raises:
        InvalidParameterError: If it is anything else, including a bool.
    """
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= LONGEST_LIFETIME:
        raise InvalidParameterError(
            f"{name} must be a number of minutes from {least:g} to {LONGEST_LIFETIME}.", parameter=name
        )
    return value


def require_count(name: str, value: object, *, least: int = 1) -> int:
    """Return ``value`` if it is a count that fits a database's integer.

    Raises:
        InvalidParameterError: If it is anything else, including a bool.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _LARGEST_COUNT:
        raise InvalidParameterError(f"{name} must be a whole number from {least} to {_LARGEST_COUNT}.", parameter=name)
    return value


def require_level(name: str, value: object) -> int:
    """Return ``value`` if it is an authentication assurance level, 0 to 3.

    Raises:
        InvalidParameterError: If it is anything else, including a bool: nobody would ever meet it, or everybody would.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 3:
        raise InvalidParameterError(f"{name} must be an assurance level: 0, 1, 2 or 3.", parameter=name)
    return value


def require_flag(name: str, value: object) -> bool:
    """Return ``value`` if it is exactly True or False: a merely truthy value must not switch off a check.

    Raises:
        InvalidParameterError: If it is anything else.
    """
    if not isinstance(value, bool):
        raise InvalidParameterError(f"{name} must be True or False, not {type(value).__name__}.", parameter=name)
    return value


def read_ip_address(value: object) -> IPv4Address | IPv6Address | None:
    """Return the client's address in its canonical form; an IPv4-mapped IPv6 address becomes an IPv4 address.

    Raises:
        InvalidParameterError: If it is neither None nor an IP address.
    """
    if value is None:
        return None
    try:
        return _parsed(require_text("ip_address", value, at_most=64))
    except ValueError:
        raise InvalidParameterError(
            "ip_address must be an IPv4 or IPv6 address, or None.", parameter="ip_address"
        ) from None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> IPv4Address | IPv6Address:
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))  # without its scope, which may be any text
    return address


def is_ip_address(value: object) -> bool:
    """Return whether ``value`` is the text of an IP address."""
    try:
        return read_ip_address(value) is not None
    except InvalidParameterError:
        return False


def client_of(address: IPv4Address | IPv6Address | None) -> str | None:
    """Return the network that counts as one client: an IPv4 address, or an IPv6 /64, which one customer usually has."""
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return None if address is None else str(address)


def read_user_agent(value: object) -> str | None:
    """Return a ``User-Agent``, shortened and cleaned: it is for display, never for a decision.

    Raises:
        InvalidParameterError: If it is neither None nor a str.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidParameterError(
            f"user_agent must be a str or None, not {type(value).__name__}.", parameter="user_agent"
        )
    shown = value[:_LONGEST_USER_AGENT]
    return shown if shown.isprintable() else "".join(filter(str.isprintable, shown))


def require_note(name: str, value: object) -> str | None:
    """Return ``value`` if it is None, or a text short enough for the audit record.

    Raises:
        InvalidParameterError: If it is anything else.
    """
    return None if value is None else require_text(name, value, at_most=LONGEST_NOTE)


def require_mapping(name: str, value: object) -> Mapping[str, Any]:
    """Return ``value`` if it is a mapping; for None, return an empty one.

    Raises:
        InvalidParameterError: If it is anything else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidParameterError(f"{name} must be a mapping, not {type(value).__name__}.", parameter=name)
    return value


def require_names(name: str, value: object) -> list[str]:
    """Return ``value`` as a list if it is a collection of strings; one ``str`` is a collection of characters.

    Raises:
        InvalidParameterError: If it is anything else.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InvalidParameterError(f"{name} must be a collection of names.", parameter=name)
    return [require_text(name, item, at_most=LONGEST_NOTE) for item in value]


def require_id(parameter: str, value: object) -> str:
    """Return an identifier that the application chose, unchanged.

    Raises:
        InvalidParameterError: If it is not a string of 1 to 255 visible characters, without surrounding spaces.
    """
    if not is_possible_id(value) or not value.isprintable() or value != value.strip():
        raise InvalidParameterError(
            f"{parameter} must be 1 to {LONGEST_ID} visible characters, without outer spaces.", parameter=parameter
        )
    return value


def is_possible_id(value: object) -> TypeGuard[str]:
    """Return whether ``value`` can be one of our identifiers at all, so that a look-up makes sense."""
    return isinstance(value, str) and 1 <= len(value) <= LONGEST_ID and _is_storable(value)


def _is_storable(text: str) -> bool:
    """Return whether text can be stored and sent: databases refuse NUL, and UTF-8 cannot encode lone surrogates."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
