"""What a view can demand of its visitor, as every adapter's decorators say it."""

from __future__ import annotations

from typing import Any, TypedDict

from gatewright.errors import ConfigurationError


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
        fresh: How many minutes ago a visitor may have proven themselves at most; True for the setting.
        aal: The authentication assurance level that their session must have.

    Raises:
        ConfigurationError: If they are not a number of minutes above 0, and a level of 0 to 3.
    """
    is_number = isinstance(fresh, int | float) and (isinstance(fresh, bool) or fresh > 0)
    if not is_number or type(aal) is not int or not 0 <= aal <= 3:
        raise ConfigurationError(f"{asker} takes minutes above 0 and an assurance level of 0 to 3.")
    return fresh, aal


def demanded_names(asker: str, names: tuple[Any, ...]) -> tuple[str, ...]:
    """Refuse what lets everybody in: no name, or the view itself where the decorator was not called.

    Args:
        asker: What was written, for the error: ``@role_required``.
        names: The roles or permissions that were named.

    Raises:
        ConfigurationError: If there is none, or one of them is not a name.
    """
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ConfigurationError(f'Name what is demanded: {asker}("...").')
    return names
