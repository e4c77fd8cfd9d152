"""What the configuration of a framework sets: our settings, and those of the methods that come with gatewright."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gatewright.environment_settings import refuse_unknown
from gatewright.methods import Method, built_in_methods, load_methods
from gatewright.settings import Settings, load_settings, read_settings


def require_known(where: str, names: Iterable[str], *, prefix: str = "") -> None:
    """Refuse what is meant to be a setting and is none.

    Args:
        where: Who names them, for the error: ``app.config``.
        names: What is named, as fields of the settings.
        prefix: What they are written with there, in capitals; without it they are in lower case.

    Raises:
        ConfigurationError: If one is not known; names the setting that may have been meant.
    """
    of_methods = {name for kind in built_in_methods() for name in _fields_of(kind)}
    refuse_unknown(where, names, known={*Settings.model_fields, *of_methods}, prefix=prefix)


def read_configured(values: Mapping[str, Any]) -> tuple[Settings, list[Method]]:
    """Return the settings in force, and the methods that are made from settings of their own among these values.

    Args:
        values: What is configured, field -> value. What is not comes from the environment.

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
