"""The fields of a form that an application decides on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gatewright.web.message_texts import N_

FieldType = Literal["text", "email", "password", "radio", "checkbox", "select"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the signup or profile form.

    Args:
        name: What it is called in the form and in the profile.
        label: What it is called on the page; translated where our catalogs know it.
        type: What the browser shows.
        is_required: Whether it may stay empty.
        attributes: More HTML attributes, such as ``autocomplete``.
        options: The choices of ``radio`` and ``select``, as pairs of value and label.
        longest: How many characters it takes.
    """

    name: str
    label: str
    type: FieldType = "text"
    is_required: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[tuple[str, str]] = ()
    longest: int = 255

    def problem_with(self, value: str) -> str | None:
        """Return what is wrong with what was typed, to be translated, or None."""
        if self.is_required and not value:
            return N_("Please fill in this field.")
        if value and self.options and value not in dict(self.options):
            return N_("Please choose one of the options.")
        return N_("This is too long.") if len(value) > self.longest else None


FIRST_NAME = Field("first_name", N_("First name"), attributes={"autocomplete": "given-name"}, longest=45)
LAST_NAME = Field("last_name", N_("Last name"), attributes={"autocomplete": "family-name"}, longest=45)
USERNAME = Field(
    "username", N_("Username"), attributes={"autocomplete": "username", "minlength": "3", "maxlength": "22"}, longest=22
)
EMAIL = Field("email", N_("Email"), "email", is_required=True, attributes={"autocomplete": "email"})
PASSWORD = Field(
    "password", N_("Password"), "password", is_required=True, attributes={"autocomplete": "new-password"}, longest=1024
)
PASSWORD_CONFIRM = Field(
    "password_confirm",
    N_("Repeat the password"),
    "password",
    is_required=True,
    attributes={"autocomplete": "new-password"},
    longest=1024,
)
CURRENT_PASSWORD = Field(
    "current_password",
    N_("Current password"),
    "password",
    is_required=True,
    attributes={"autocomplete": "current-password"},
    longest=1024,
)
TERMS = Field("terms", N_("I agree to the terms of use"), "checkbox", is_required=True)
