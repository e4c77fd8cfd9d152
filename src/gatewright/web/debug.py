"""Refuse an application in production whose debug mode shows visitors what is theirs least of all."""

from __future__ import annotations

from gatewright.errors import ConfigurationError
from gatewright.settings import Settings


def refuse_debug(settings: Settings, *, is_debug: bool, cure: str) -> None:
    """Let nobody run a framework's debug mode in production.

    Whoever causes an error there reads source, values and settings; Flask's debugger runs what they type.

    Args:
        settings: What says whether this is production.
        is_debug: Whether the application runs in the debug mode of its framework.
        cure: How to switch it off there.

    Raises:
        ConfigurationError: In production, if it is on.
    """
    if is_debug and settings.is_production:
        raise ConfigurationError(f"Debug mode shows visitors the inside of the application in production. {cure}")
