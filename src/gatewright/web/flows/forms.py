"""Read forms field by field, and report what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gatewright.errors import (
    GatewrightError,
    InvalidParameterError,
    InvalidProofError,
    InvalidSignatureError,
    TakenError,
    UserNotFoundError,
    WeakPasswordError,
)
from gatewright.fields import Field
from gatewright.web.message_texts import MESSAGES, WEAK_PASSWORD

EXPIRED: Mapping[str, Any] = {"status": 403, "messages": {"danger": "ERR_FORM_EXPIRED"}}
"""Arguments for showing a form again because the submitted one had expired: nothing has been done."""

_TEXT_OF_FIELD = {"email": MESSAGES["ERR_EMAIL"], "username": MESSAGES["ERR_USERNAME"]}


def typed_in(form: Mapping[str, str], fields: Iterable[Field]) -> dict[str, str]:
    """Return what was typed into the known fields only, so that a form cannot set any other column."""
    return {
        field.name: form.get(field.name, "") if field.type == "password" else form.get(field.name, "").strip()
        for field in fields
    }


def problems_in(typed: Mapping[str, str], fields: Iterable[Field]) -> dict[str, str]:
    """Return what is wrong with what was typed, by field."""
    found = {field.name: field.problem_with(typed[field.name]) for field in fields}
    wrong = {name: problem for name, problem in found.items() if problem is not None}
    if "password_confirm" in typed and typed["password_confirm"] != typed.get("password"):
        wrong.setdefault("password_confirm", MESSAGES["ERR_PASSWORDS_DIFFER"])
    return wrong


def without_passwords(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what a page may show again: passwords have to be typed again."""
    return {name: value for name, value in typed.items() if "password" not in name}


def complaint_about(error: GatewrightError, code: str, fields: Sequence[Field]) -> dict[str, Any]:
    """Return how a page reports what is wrong with a proof: at the field that is at fault, or at the top.

    Args:
        error: Why it was refused.
        code: The message's code.
        fields: The fields of the form, if it is shown again; empty if another form is.
    """
    if isinstance(error, InvalidSignatureError) and fields:
        return {"errors": {"signature": MESSAGES[code]}}
    if isinstance(error, InvalidProofError | UserNotFoundError) and len(fields) == 1:
        (field,) = fields
        shown = "ERR_CURRENT_PASSWORD" if field.type == "password" else code
        return {"errors": {field.name: MESSAGES[shown]}}
    return {"messages": {"danger": code}}


def explain_field(error: GatewrightError) -> dict[str, str]:
    """Return what is wrong by field, for an error that is about one.

    Raises:
        GatewrightError: The error itself, if it is not about a field.
    """
    if isinstance(error, WeakPasswordError):
        return {"password": WEAK_PASSWORD.get(str(error.evidence.get("reason")), MESSAGES["ERR_VALUE"])}
    if isinstance(error, TakenError):
        return {"username": MESSAGES["ERR_USERNAME_TAKEN"]}
    if isinstance(error, InvalidParameterError) and "parameter" in error.evidence:
        name = str(error.evidence["parameter"])
        return {name: _TEXT_OF_FIELD.get(name, MESSAGES["ERR_VALUE"])}
    raise error
