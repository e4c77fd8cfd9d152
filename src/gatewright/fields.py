"""The fields of a form: what a page asks for, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from gatewright.errors import ConfigurationError

FieldType = Literal["text", "email", "password", "radio", "checkbox", "select"]


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a text for the catalogs, to be translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Args:
        name: What it is called in the form and in the profile.
        label: What it is called on the page; translated where our catalogs know it.
        type: What the browser shows.
        is_required: Whether it may stay empty.
        attributes: More HTML attributes, such as ``autocomplete``.
        options: The choices of ``radio`` and ``select``, as pairs of value and label.
        longest: How many characters it takes.

    Raises:
        ConfigurationError: If there is no such type; lists those there are.
    """

    name: str
    label: str
    type: FieldType = "text"
    is_required: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[tuple[str, str]] = ()
    longest: int = 255

    def __post_init__(self) -> None:
        if self.type not in get_args(FieldType):
            raise ConfigurationError(
                f"The field {self.name} has the type {self.type!r:.40}. "
                f"The types are: {', '.join(get_args(FieldType))}."
            )

    def problem_with(self, value: str) -> str | None:
        """Return what is wrong with what was typed, to be translated, or None."""
        if self.is_required and not value:
            return N_("Please fill in this field.")
        if value and self.options and value not in dict(self.options):
            return N_("Please choose one of the options.")
        return N_("This is too long.") if len(value) > self.longest else None


def require_fields(given: object, *, of: str) -> tuple[Field, ...]:
    """Return the fields that a form shall have, if they are some.

    Args:
        given: What an application gives.
        of: Where, for the error.

    Raises:
        ConfigurationError: If it is anything but `Field` objects.
    """
    fields = tuple(given) if isinstance(given, Iterable) else (given,)
    for each in fields:
        if not isinstance(each, Field):
            raise ConfigurationError(
                f'{of} must give a list of Field objects, such as Field("city", "City"), not {each!r:.80}.'
            )
    return fields
