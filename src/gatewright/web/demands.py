"""The requirements that a view can have, shared by every adapter's decorators."""

from __future__ import annotations

from typing import Any, TypedDict

from gatewright.errors import ConfigurationError
from gatewright.operations.arguments import LONGEST_LIFETIME


class Demands(TypedDict, total=False):
    """The requirements passed to `refusal`: the arguments of `what_is_lacking`."""

    is_verified: bool
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    is_fully_authenticated: bool
    fresh: float | bool
    aal: int


def demanded_freshness(asker: str, fresh: Any, aal: Any) -> tuple[float | bool, int]:
    """Return freshness requirements, and refuse those that are meaningless or that no visitor can meet.

    Args:
        asker: The decorator as written, for the error: ``@fresh_required``.
        fresh: Maximum age of the visitor's last proof, in minutes; True for the setting, False for any age.
        aal: The minimum authentication assurance level of their session.

    Raises:
        ConfigurationError: If they are not a number of minutes above 0 and at most a year, and a level of 0 to 3.
    """
    is_number = isinstance(fresh, int | float) and (isinstance(fresh, bool) or 0 < fresh <= LONGEST_LIFETIME)
    if not is_number or type(aal) is not int or not 0 <= aal <= 3:
        raise ConfigurationError(f"{asker} takes minutes above 0, at most a year, and an assurance level of 0 to 3.")
    return fresh, aal


def demanded_minutes(asker: str, minutes: Any, aal: Any) -> tuple[float | bool, int]:
    """Do what `demanded_freshness` does, for decorators that always require a fresh proof.

    Args:
        asker: The decorator as written, for the error.
        minutes: The maximum age, in minutes; None for the setting.
        aal: The level.

    Raises:
        ConfigurationError: As `demanded_freshness`; also if ``minutes`` is a bool, since False would require nothing.
    """
    return demanded_freshness(asker, True if minutes is None else None if isinstance(minutes, bool) else minutes, aal)


def demanded_names(example: str, names: tuple[Any, ...]) -> tuple[str, ...]:
    """Refuse arguments that would let everybody in: no name, or the view itself, if the decorator was not called.

    Args:
        example: The correct form, for the error: ``@role_required("...")``.
        names: The roles or permissions given.

    Raises:
        ConfigurationError: If there are none, or one of them is not a name.
    """
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ConfigurationError(f"Name what is required: {example}.")
    return names


def require_flag(asker: str, value: Any) -> None:
    """Refuse a flag that is neither True nor False: ``optional="no"`` would let everybody in.

    Args:
        asker: The call as written, for the error.
        value: The flag.

    Raises:
        ConfigurationError: If it is anything else.
    """
    if not isinstance(value, bool):
        raise ConfigurationError(f"{asker} takes True or False, not {value!r:.80}.")
