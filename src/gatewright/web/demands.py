"""What a view can demand of its visitor, as every adapter's decorators say it."""

from __future__ import annotations

from typing import Any, TypedDict

from gatewright.errors import ConfigurationError
from gatewright.operations.arguments import LONGEST_LIFETIME


class Demands(TypedDict, total=False):
    """What `refusal` is asked: the arguments of `what_is_lacking`."""

    is_verified: bool
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    is_fully_authenticated: bool
    fresh: float | bool
    aal: int


def demanded_freshness(asker: str, fresh: Any, aal: Any) -> tuple[float | bool, int]:
    """Refuse what says nothing, or nothing that a visitor can ever meet.

    Args:
        asker: What was written, for the error: ``@fresh_required``.
        fresh: How many minutes ago a visitor may have proven themselves at most; True for the setting, False for any
            time.
        aal: The authentication assurance level that their session must have.

    Raises:
        ConfigurationError: If they are not a number of minutes above 0, a year at most, and a level of 0 to 3.
    """
    is_number = isinstance(fresh, int | float) and (isinstance(fresh, bool) or 0 < fresh <= LONGEST_LIFETIME)
    if not is_number or type(aal) is not int or not 0 <= aal <= 3:
        raise ConfigurationError(f"{asker} takes minutes above 0, a year at most, and an assurance level of 0 to 3.")
    return fresh, aal


def demanded_minutes(asker: str, minutes: Any, aal: Any) -> tuple[float | bool, int]:
    """Do what `demanded_freshness` does, for what demands a fresh proof in any case.

    Args:
        asker: What was written, for the error.
        minutes: How many minutes; None for the setting.
        aal: The level.

    Raises:
        ConfigurationError: As `demanded_freshness` does; and if ``minutes`` is a bool, of which one would demand none.
    """
    return demanded_freshness(asker, True if minutes is None else None if isinstance(minutes, bool) else minutes, aal)


def demanded_names(example: str, names: tuple[Any, ...]) -> tuple[str, ...]:
    """Refuse what lets everybody in: no name, or the view itself where the decorator was not called.

    Args:
        example: How it is written, for the error: ``@role_required("...")``.
        names: The roles or permissions that were named.

    Raises:
        ConfigurationError: If there is none, or one of them is not a name.
    """
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ConfigurationError(f"Name what is demanded: {example}.")
    return names


def require_flag(asker: str, value: Any) -> None:
    """Refuse a flag that is neither True nor False: ``optional="no"`` would let everybody in.

    Args:
        asker: What was written, for the error.
        value: The flag.

    Raises:
        ConfigurationError: If it is anything else.
    """
    if not isinstance(value, bool):
        raise ConfigurationError(f"{asker} takes True or False, not {value!r:.80}.")
