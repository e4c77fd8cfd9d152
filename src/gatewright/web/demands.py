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
