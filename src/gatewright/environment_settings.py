"""Read settings from arguments, the environment and ``.env``, and find names there that are not settings."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from gatewright.errors import ConfigurationError

PREFIX = "GATEWRIGHT_"
"""The prefix of every variable's name."""

ENV_FILE = Path(".env")

_logger = logging.getLogger("gatewright")

_hints: list[Callable[[], Mapping[str, str]]] = []
"""Each returns, for every setting of one class, where it belongs and how to write it there."""


class EnvironmentSettings(BaseSettings):
    """Settings from arguments, then the environment, then ``.env``; the base of gatewright's and the methods' own."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Drop empty values of settings that may be unset, such as ``GATEWRIGHT_SKIN=${SKIN:-}`` in a Compose file."""
        return {name: value for name, value in values.items() if not (_is_empty(value) and cls._may_be_unset(name))}

    @classmethod
    def _may_be_unset(cls, name: str) -> bool:
        """Return whether an empty value means that the setting is unset."""
        return name in cls.model_fields and cls.model_fields[name].default is None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Refuse an argument that is not a setting, and skip sources that contain none of our variables.

        The environment may contain settings of other classes. Looking up each field there takes most of the time that
        reading takes.

        Raises:
            ConfigurationError: If an argument is not a setting; suggests the closest one.
        """
        refuse_unknown(f"{cls.__name__}(...)", init_settings(), known=cls.model_fields)
        sources = (init_settings, env_settings, dotenv_settings, file_secret_settings)
        return tuple(source for source in sources if _may_hold_ours(source))


def _is_empty(value: object) -> bool:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return isinstance(text, str) and not text.strip()


def _may_hold_ours(source: PydanticBaseSettingsSource) -> bool:
    if not isinstance(source, EnvSettingsSource):
        return True
    return any(name.startswith(source.env_prefix.lower()) for name in source.env_vars)


def refuse_unknown(where: str, names: Iterable[object], *, known: Collection[str], prefix: str = "") -> None:
    """Refuse unknown settings: a misspelt one would silently have no effect.

    Args:
        where: The source of the names, for the error: ``app.config``.
        names: The names, as field names of the settings.
        known: The names of all fields.
        prefix: The prefix that the source uses, with names in upper case; without one, names are in lower case.

    Raises:
        ConfigurationError: If a name is unknown; suggests the closest one.
    """
    unknown = [str(name) for name in names if name not in known]
    if unknown:
        elsewhere = {name: place for hints in _hints for name, place in hints().items() if name not in known}
        meant = [nearest for name in unknown if (nearest := _nearest(name, {*known, *elsewhere}))]
        here = [name for name in meant if name not in elsewhere]
        hints = [f" Did you mean {_written(here, prefix)}?"] if here else []
        hints += [
            f" {name} is a setting of {elsewhere[name]}, or set {PREFIX}{name.upper()}."
            for name in meant
            if name in elsewhere
        ]
        unknown_names = _written(unknown, prefix)
        raise ConfigurationError(f"{where} has unknown settings of gatewright: {unknown_names}.{''.join(hints)}")


def register_hints(hints: Callable[[], Mapping[str, str]]) -> None:
    """Register hints for the error about an unknown setting: where it belongs, if it is a setting of another class.

    Args:
        hints: Returns, for each field of that class, what it is a setting of and how to write it. Called only when an
            error is raised.
    """
    _hints.append(hints)


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A variable that has our prefix but is not a setting.

    Args:
        problem: Which variable, and where.
        cure: How to fix it.
    """

    problem: str
    cure: str


def misspelt_variables(known: Collection[str]) -> Iterator[Misspelt]:
    """Yield the variables that have our prefix but are not settings.

    Args:
        known: The field names of all classes of settings.
    """
    for name, place in variables():
        field = name.lower().removeprefix(PREFIX.lower())
        if name.upper().startswith(PREFIX) and field not in known:
            nearest = _nearest(field, known)
            cure = f"Did you mean {PREFIX}{nearest.upper()}?" if nearest else "Remove it."
            yield Misspelt(f"{name} in {place} is not a setting and has no effect.", cure)


def warn_of_misspelt(kinds: Iterable[type[BaseSettings] | None]) -> None:
    """Log a warning for each misspelt variable.

    Args:
        kinds: All classes of settings; None for a method that has none.
    """
    known = {name for kind in kinds if kind is not None for name in kind.model_fields}
    for each in misspelt_variables(known):
        _logger.warning("%s %s", each.problem, each.cure)


def variables() -> Iterator[tuple[str, str]]:
    """Yield the name of every variable, and where it is set."""
    yield from ((name, "the environment") for name in os.environ)
    yield from ((name, ".env") for name in names_in_env_file())


def names_in_env_file() -> list[str]:
    """Return the names in ``.env``. If it cannot be read, the code that reads its values reports that."""
    with suppress(OSError, UnicodeDecodeError):
        return list(dotenv_values(ENV_FILE, interpolate=False)) if ENV_FILE.is_file() else []
    return []


def environment_with(values: Mapping[str, Any]) -> dict[str, str]:
    """Return this process's environment, changed so that another process gets these settings.

    Args:
        values: Settings of gatewright and the methods, field -> value. None removes the variable: the setting is unset.
    """
    decided = {f"{PREFIX}{name.upper()}" for name in values}
    inherited = {name: value for name, value in os.environ.items() if name.upper() not in decided}
    return inherited | _as_variables(values)


def _as_variables(values: Mapping[str, Any]) -> dict[str, str]:
    return {f"{PREFIX}{name.upper()}": _as_text(value) for name, value in values.items() if value is not None}


def _as_text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return ",".join(f"{name}={each}" for name, each in value.items())
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the field closest to a misspelt name, which may have the variables' prefix."""
    bare = name.lower().removeprefix(PREFIX.lower())
    return next(iter(get_close_matches(bare, sorted(known), n=1)), None)


def _written(names: Iterable[str], prefix: str) -> str:
    return ", ".join(f"{prefix}{name.upper()}" if prefix else name for name in names)
