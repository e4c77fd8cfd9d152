"""Validate methods, built-in or not, so that mistakes are reported at startup, where they were made."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Set
from pathlib import Path

from gatewright.drive import is_coroutine_function, misfit
from gatewright.errors import ConfigurationError
from gatewright.fields import require_fields
from gatewright.methods.method import Method
from gatewright.proofs import Kind

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FORMS = ("fields", "begin_fields", "begin_enrolment_fields", "enrolment_fields")
_OURS = frozenset({"action", "anew", "csrf_token", "method", "next"})
"""Fields that gatewright's forms contain besides a method's own."""

_CALLED = {
    "is_ready": ("step", "enrolled"),
    "begins": ("settings",),
    "records_itself": ("step",),
    "action_of": ("given",),
    "begin": ("step", "given"),
    "resume": ("step",),
    "options": ("step",),
    "verify": ("step", "given"),
    "names_another": ("user", "given"),
    "well_known": (),
    "described": ("authenticator",),
    "claimed_name": ("step", "given"),
    "mailed": ("parts", "mail"),
    "begin_enrolment": ("step", "given"),
    "enrol": ("step", "given"),
}
"""Function of a method that the core calls -> arguments that it passes."""


def require_method(method: Method) -> Method:
    """Return a method if it is valid.

    Raises:
        ConfigurationError: If it is not; the message says what is missing or wrong, and what is expected.
    """
    whose = type(method).__qualname__
    missing = [name for name in ("name", "title", "kinds") if not hasattr(method, name)]
    if missing:
        raise ConfigurationError(f"{whose} is a Method without {', '.join(missing)}. Define these attributes.")
    if not isinstance(method.name, str) or not _NAME.fullmatch(method.name):
        raise ConfigurationError(
            f"{whose}.name is {method.name!r:.80}. It is used in URLs and settings: make it "
            "1 to 64 letters, digits, underscores and dashes."
        )
    for name, is_right, cure in (
        ("title", isinstance(method.title, str) and method.title, 'a string, such as "Key fob"'),
        ("kinds", _are(Kind, method.kinds, Set) and method.kinds, "a set, such as frozenset({Kind.POSSESSION})"),
        ("amr", _are(str, method.amr, tuple | list), 'a tuple of names from RFC 8176, such as ("otp",)'),
        ("strength", isinstance(method.strength, int), "a whole number, such as 20"),
        ("at_most", isinstance(method.at_most, int) and method.at_most >= 0, "a whole number, such as 1"),
        ("api_fields", _are(str, method.api_fields, Mapping), 'a dict, such as {"signature": "what it is"}'),
        ("templates", _is_folder_or_none(method.templates), "the Path of an existing folder, or None"),
    ):
        if not is_right:
            raise ConfigurationError(f"{whose}.{name} is {getattr(method, name)!r:.80}. Make it {cure}.")
    for name in _FORMS:
        _check_form(getattr(method, name), of=f"{whose}.{name}")
    for name, passed in _CALLED.items():
        _check_function(method, name, passed)
    return method


def _are(kind: type, values: object, collection: object) -> bool:
    is_collection = isinstance(values, collection)  # type: ignore[arg-type]
    return is_collection and isinstance(values, Collection) and all(isinstance(each, kind) for each in values)


def _is_folder_or_none(given: object) -> bool:
    return given is None or (isinstance(given, Path) and given.is_dir())


def _check_form(given: object, *, of: str) -> None:
    names = [each.name for each in require_fields(given, of=of)]
    if not isinstance(given, Collection):
        raise ConfigurationError(f"{of} is a single Field. Make it a list, even if it has only one.")
    taken = next((name for name in names if name in _OURS or names.count(name) > 1), None)
    if taken is not None:
        why = "which gatewright's forms already use" if taken in _OURS else "which occurs twice"
        raise ConfigurationError(f"{of} has a field {taken!r:.80}, {why}. Give it another name.")


def _check_function(method: Method, name: str, passed: tuple[str, ...]) -> None:
    """Check that a class's override of a function of `Method` can be called and awaited like the original."""
    function, where = getattr(method, name), f"{type(method).__qualname__}.{name}"
    if not callable(function):
        raise ConfigurationError(f"{where} is {function!r:.80}, but must be a method.")
    is_awaited = is_coroutine_function(getattr(Method, name))
    if is_coroutine_function(function) != is_awaited:
        cure = "async def: it is awaited" if is_awaited else "a plain def: it is not awaited"
        raise ConfigurationError(f"{where} must be {cure}.")
    why = misfit(function, *passed)
    if why is not None:
        raise ConfigurationError(f"{where} is called with {' and '.join(passed) or 'no arguments'}, but fails: {why}.")
