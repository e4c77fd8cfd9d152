"""The fields of a form: what a page asks for, and how its input is validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from gatewright.errors import ConfigurationError

FieldType = Literal["text", "email", "password", "radio", "checkbox", "select"]


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a text for the catalogs; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Args:
        name: Its name in the form and in the profile.
        label: Its label on the page, translated if our catalogs contain it.
        type: The kind of input.
        is_required: Whether it must be filled in.
        attributes: More HTML attributes, such as ``autocomplete``.
        options: The choices of ``radio`` and ``select``, as pairs of value and label.
        longest: Maximum number of characters.

    Raises:
        ConfigurationError: If the type is unknown; lists the types.
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
        """Return what is wrong with the input, as a text to translate, or None."""
        if self.is_required and not value:
            return N_("Please fill in this field.")
        if value and self.options and value not in dict(self.options):
            return N_("Please choose one of the options.")
        return N_("This is too long.") if len(value) > self.longest else None


def require_fields(given: object, *, of: str) -> tuple[Field, ...]:
    """Return the fields of a form, after checking their type.

    Args:
        given: What the application passed.
        of: Where it passed them, for the error.

    Raises:
        ConfigurationError: If anything is not a `Field` object.
    """
    fields = tuple(given) if isinstance(given, Iterable) else (given,)
    for each in fields:
        if not isinstance(each, Field):
            raise ConfigurationError(
                f'{of} must give a list of Field objects, such as Field("city", "City"), not {each!r:.80}.'
            )
    return fields
