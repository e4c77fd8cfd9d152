"""The request bodies of methods: which methods there are, and the fields of each, including an application's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from gatewright.adapters.fastapi.bodies import ConfirmationRequest, MethodChange, StepRequest
from gatewright.fields import Field as FormField
from gatewright.methods import Method


def step_request(methods: Sequence[Method]) -> type[BaseModel]:
    """Return the body of a sign-in step."""
    return _naming(StepRequest, methods, default=...)


def confirmation_request(methods: Sequence[Method]) -> type[BaseModel]:
    """Return the body of a further proof by a signed-in visitor."""
    has_password = any(method.name == "password" for method in methods)
    return _naming(ConfirmationRequest, methods, default="password" if has_password else ...)


def method_change(methods: Sequence[Method]) -> type[BaseModel]:
    """Return the body of a change to the methods that users enrol."""
    taken = [(method, (*method.begin_enrolment_fields, *method.enrolment_fields)) for method in methods]
    return _describing(MethodChange, _properties(taken))


def _naming(base: type[BaseModel], methods: Sequence[Method], *, default: Any) -> type[BaseModel]:
    """Return a body that names a method, with the fields of all of them."""
    taken = [(method, (*method.begin_fields, *method.fields)) for method in methods]
    names: Any = Literal[tuple(method.name for method in methods)]
    titles = "; ".join(f"`{method.name}`: {method.title}" for method in methods)
    return _describing(base, _properties(taken), method=(names, Field(default, description=titles)))


def _describing(base: type[BaseModel], properties: dict[str, Any], **fields: Any) -> type[BaseModel]:
    """Return a body with further properties. They are not fields of the model: a form's fields may have any name."""

    class Described(base):  # type: ignore[valid-type, misc] # a class like any other
        model_config = ConfigDict(json_schema_extra=lambda schema: schema["properties"].update(properties))

    return create_model(base.__name__, __base__=Described, __doc__=base.__doc__, **fields)


def _properties(taken: Iterable[tuple[Method, Sequence[FormField]]]) -> dict[str, Any]:
    """Return a description of each field. Methods whose fields have the same name, such as ``code``, share it.

    Types are not described: a method reads only its own fields, and not all of them in each step.
    """
    meanings: dict[str, list[str]] = {}
    for method, fields in taken:
        for name, what in (*((field.name, field.label) for field in fields), *method.api_fields.items()):
            meanings.setdefault(name, []).append(f"`{method.name}`: {what}")
    return {name: {"description": "; ".join(each)} for name, each in meanings.items()}
