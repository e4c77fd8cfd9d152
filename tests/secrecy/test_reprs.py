"""Records can be printed and logged as they are: no dataclass of ours shows a field that holds a secret."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields, is_dataclass

import gatewright
from gatewright import Settings

SECRET = re.compile(
    r"(?!has_|make_)(.*_)?(password|hash|secret|token|code|signature|wif|key|challenge|challenge_text|cookie|headers|body|data|parts)"
)
HARMLESS = {
    "gatewright.operations.step.Step.parts": "the application's, none of which shows a key",
    "gatewright.web.problems.Problem.code": "that of an error",
    "gatewright.web.problems.Problem.headers": "when to come back, and how to prove who one is",
    "gatewright.methods.passkey.record.PasskeyRecord.public_key": "public",
    "gatewright.providers.http.json_api.Answer.challenge": "the header WWW-Authenticate",
    "gatewright.providers.table.provider.TableColumns.password": "the name of a column",
    "gatewright.adapters.fastapi.json_api.Endpoint.body": "the fields that an endpoint takes",
}
"""Class and field, and what is in it."""


def records():
    """Return every dataclass of the package."""
    found = {}
    for module in pkgutil.walk_packages(gatewright.__path__, "gatewright."):
        if re.search(r"\.(migrations|django|__main__)\b", module.name):
            continue  # run by others, or in a project of Django's, which keeps no records of ours
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and is_dataclass(each) and each.__module__.startswith("gatewright"):
                found[f"{each.__module__}.{each.__qualname__}"] = each
    return found


def test_no_record_shows_a_secret():
    """By the names of their fields: whoever adds one has it hidden, or says why not."""
    found = records()
    assert len(found) > 60
    shown = {
        f"{name}.{field.name}"
        for name, record in found.items()
        for field in fields(record)
        if field.repr and SECRET.fullmatch(field.name)
    }
    assert shown == set(HARMLESS)


def test_settings_show_no_password():
    """Neither those that are secrets as a whole, nor the passwords within URLs."""
    settings = Settings(
        database_url="postgresql+psycopg://gatewright:a-canary@db.example/gatewright",
        redis_url="redis://gatewright:a-canary@redis.example/0",
        mail_url="smtp://gatewright:a-canary@mail.example",
        jwt_secret="a-canary of more than thirty-two bytes",
        jwt_secret_previous="a-canary of more than thirty-two bytes, too",
    )
    assert "a-canary" not in f"{settings!r} {settings}"
