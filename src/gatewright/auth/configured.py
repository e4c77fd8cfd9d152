"""Settings from a framework's configuration: gatewright's, and those of the methods that come with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gatewright.environment_settings import refuse_unknown
from gatewright.methods import Method, built_in_methods, load_methods
from gatewright.settings import Settings, load_settings, read_settings


def require_known(where: str, names: Iterable[str], *, prefix: str = "") -> None:
    """Refuse unknown names of settings.

    Args:
        where: Where they were set, for the error: ``app.config``.
        names: The names, as fields of the settings.
        prefix: The prefix that they have there, in capitals; without it they are in lower case.

    Raises:
        ConfigurationError: If one is unknown; the message suggests the setting that may have been meant.
    """
    of_methods = {name for kind in built_in_methods() for name in _fields_of(kind)}
    refuse_unknown(where, names, known={*Settings.model_fields, *of_methods}, prefix=prefix)


def read_configured(values: Mapping[str, Any]) -> tuple[Settings, list[Method]]:
    """Return the settings in force, and the methods built from their own settings among these values.

    Args:
        values: The configured values, field -> value. The rest comes from the environment.

    Raises:
        ConfigurationError: If a value is not acceptable.
    """
    settings = load_settings(**{name: value for name, value in values.items() if name in Settings.model_fields})
    methods = []
    for method in load_methods(settings.methods).values():
        kind: Any = type(method)
        own = {name: value for name, value in values.items() if name in _fields_of(kind)}
        if own:
            methods.append(kind(read_settings(kind.settings_class, **own)))
    return settings, methods


def _fields_of(kind: type[Method]) -> Iterable[str]:
    is_ours = kind in built_in_methods()
    return kind.settings_class.model_fields if is_ours and kind.settings_class is not None else ()
