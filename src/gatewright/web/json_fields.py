"""Read form fields from a JSON body. Invalid values are refused by the field's name, never dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gatewright.errors import InvalidParameterError
from gatewright.fields import Field

_YES = (True, "1", "true", "on", "yes")
_NO = (False, None, "", "0", "false", "off", "no")


def flag_in(body: Mapping[str, Any], name: str) -> bool:
    """Return whether a checkbox is ticked, as JSON or a script that copies a form sends it: ``true``, 1, "1", "on".

    Raises:
        InvalidParameterError: If the value is neither yes nor no.
    """
    value = body.get(name)
    plain = value.strip().lower() if isinstance(value, str) else value
    if isinstance(plain, list | dict) or plain not in (*_YES, *_NO):
        raise InvalidParameterError(f"{name} must be true or false.", parameter=name)
    return plain in _YES


def is_ticked(typed: str | None) -> bool:
    """Return whether a form's checkbox is ticked. Any value counts, except those that scripts send for "no"."""
    return typed is not None and typed.strip().lower() not in _NO


def texts_named(body: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Return the strings that were sent for fields of these names, without those that are missing or null.

    Raises:
        InvalidParameterError: If a value is not a string.
    """
    found = {name: body[name] for name in names if body.get(name) is not None}
    for name, value in found.items():
        if not isinstance(value, str):
            raise InvalidParameterError(f"{name} must be a string.", parameter=name)
    return found


def texts_in(body: Mapping[str, Any], fields: Iterable[Field]) -> dict[str, str]:
    """Return what was sent for the known fields, as a form would send it, without those that are missing or null.

    Raises:
        InvalidParameterError: If a value is of a type that its field does not accept.
    """
    known = [*fields]
    boxes = [field.name for field in known if field.type == "checkbox"]
    ticked = {name: "1" if flag_in(body, name) else "" for name in boxes if not isinstance(body.get(name), str | None)}
    return texts_named({**body, **ticked}, *(field.name for field in known))


def acceptable_texts_in(body: Mapping[str, Any], fields: Iterable[Field]) -> dict[str, str]:
    """Do what `texts_in` does, and refuse what the form would: values missing, too long, or not among the options.

    Raises:
        InvalidParameterError: If a field is not acceptable. A password need not be repeated.
    """
    known = [*fields]
    typed = texts_in(body, known)
    for field in known:
        if field.name != "password_confirm" and field.problem_with(typed.get(field.name, "")):
            raise InvalidParameterError(f"{field.name} is missing or invalid.", parameter=field.name)
    return typed


def check_repeated_password(body: Mapping[str, Any]) -> None:
    """Refuse a password whose repetition differs. JSON need not repeat it.

    Raises:
        InvalidParameterError: If both are given and differ.
    """
    repeated = body.get("password_confirm")
    if repeated is not None and repeated != body.get("password"):
        raise InvalidParameterError("password_confirm differs from password.", parameter="password_confirm")
