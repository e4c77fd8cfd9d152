"""Identifiers that come from the command line."""

from __future__ import annotations

from gatewright.errors import InvalidParameterError


def require_id(name: str, value: str) -> str:
    """Return ``value`` if it can be an identifier at all.

    Raises:
        InvalidParameterError: If it cannot.
    """
    from gatewright.operations.arguments import is_possible_id

    if not is_possible_id(value):
        raise InvalidParameterError(f"{name} is not an identifier. `gatewright sessions list` shows all of them.")
    return value
