"""Refuse to run an application in production with its framework's debug mode on."""

from __future__ import annotations

from gatewright.errors import ConfigurationError
from gatewright.settings import Settings


def refuse_debug(settings: Settings, *, is_debug: bool, cure: str) -> None:
    """Refuse a framework's debug mode in production.

    Anybody who causes an error there can read source, values and settings; Flask's debugger also runs code.

    Args:
        settings: The settings, which say whether this is production.
        is_debug: Whether the application runs in the debug mode of its framework.
        cure: How to switch debug mode off in that framework.

    Raises:
        ConfigurationError: In production, if it is on.
    """
    if is_debug and settings.is_production:
        raise ConfigurationError(f"Debug mode in production shows visitors the application's internals. {cure}")
