"""The fields of the ready-made forms."""

from __future__ import annotations

from gatewright.fields import N_, Field

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
