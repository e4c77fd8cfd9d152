"""Where settings come from: arguments, the environment, ``.env``. Names in any of them that are no settings."""

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
"""What the names of all variables begin with."""

ENV_FILE = Path(".env")

_logger = logging.getLogger("gatewright")

_hints: list[Callable[[], Mapping[str, str]]] = []
"""Each returns, for every setting of one kind, where it belongs and how to write it there."""


class EnvironmentSettings(BaseSettings):
    """Settings from arguments, else from the environment, else from ``.env``; the same for ours and for a method's."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Leave out what is empty where nothing is a value: ``GATEWRIGHT_SKIN=${SKIN:-}`` of a compose file."""
        return {name: value for name, value in values.items() if not (_is_empty(value) and cls._may_be_unset(name))}

    @classmethod
    def _may_be_unset(cls, name: str) -> bool:
        """Say whether a setting without a value is one that is not set."""
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
        """Refuse an argument that is no setting, and leave out what holds nothing of ours.

        In the environment there may be settings of other kinds. Looking for each field there takes most of the time of
        reading.

        Raises:
            ConfigurationError: If an argument is none; names the setting that may have been meant.
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
    """Refuse what is meant to be a setting and is none: a misspelt one would change nothing, silently.

    Args:
        where: Who names them, for the error: ``app.config``.
        names: What is named, as fields of the settings.
        known: The fields that there are.
        prefix: What they are written with there, in capitals; without it they are in lower case.

    Raises:
        ConfigurationError: If one is not known; names the setting that may have been meant.
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
    """Have the error for an unknown setting say where it belongs, if it is a setting of another kind.

    Args:
        hints: Returns, for each field of that kind, what it is a setting of and how to write it. Called for an error
            only.
    """
    _hints.append(hints)


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A variable of ours that is no setting.

    Args:
        problem: Which, and where.
        cure: What to do.
    """

    problem: str
    cure: str


def misspelt_variables(known: Collection[str]) -> Iterator[Misspelt]:
    """Yield the variables that begin as ours do, and are no settings.

    Args:
        known: The fields that there are, of all kinds of settings.
    """
    for name, place in variables():
        field = name.lower().removeprefix(PREFIX.lower())
        if name.upper().startswith(PREFIX) and field not in known:
            nearest = _nearest(field, known)
            cure = f"Did you mean {PREFIX}{nearest.upper()}?" if nearest else "Remove it."
            yield Misspelt(f"{name} in {place} is no setting and changes nothing.", cure)


def warn_of_misspelt(kinds: Iterable[type[BaseSettings] | None]) -> None:
    """Write each such variable to the log.

    Args:
        kinds: All kinds of settings; None for a method that has none.
    """
    known = {name for kind in kinds if kind is not None for name in kind.model_fields}
    for each in misspelt_variables(known):
        _logger.warning("%s %s", each.problem, each.cure)


def variables() -> Iterator[tuple[str, str]]:
    """Yield the name of every variable, and where it is."""
    yield from ((name, "the environment") for name in os.environ)
    yield from ((name, ".env") for name in names_in_env_file())


def names_in_env_file() -> list[str]:
    """Return the names in ``.env``. Where it cannot be read, whoever reads it for its values says so."""
    with suppress(OSError, UnicodeDecodeError):
        return list(dotenv_values(ENV_FILE, interpolate=False)) if ENV_FILE.is_file() else []
    return []


def as_variables(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables by which another process finds the same settings.

    Args:
        values: Settings, field -> value; what is None is left out.
    """
    return {f"{PREFIX}{name.upper()}": _as_text(value) for name, value in values.items() if value is not None}


def _as_text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return ",".join(f"{name}={each}" for name, each in value.items())
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the field that a misspelt name, with the prefix of the variables or without, may have meant."""
    bare = name.lower().removeprefix(PREFIX.lower())
    return next(iter(get_close_matches(bare, sorted(known), n=1)), None)


def _written(names: Iterable[str], prefix: str) -> str:
    return ", ".join(f"{prefix}{name.upper()}" if prefix else name for name in names)
