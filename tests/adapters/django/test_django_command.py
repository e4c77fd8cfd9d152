"""``manage.py gatewright``: the command, with the project's own settings."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest
from django.core.management import load_command_class


@pytest.fixture
def environment_of_command(monkeypatch):
    """Run the command, and return the environment that its process would have."""
    seen = []

    def record(command, *, env, **_):
        seen.append(env)
        return SimpleNamespace(returncode=0)

    def environment_of_command():
        monkeypatch.setattr(subprocess, "run", record)
        load_command_class("gatewright.adapters.django", "gatewright").handle("doctor")
        return seen[-1]

    return environment_of_command


def test_a_setting_that_the_project_unsets_is_unset_in_the_command(change, environment_of_command, monkeypatch):
    """Whatever the environment says; what the project leaves open stays as it is there."""
    monkeypatch.setenv("GATEWRIGHT_PUBLIC_URL", "https://from-environment.example")
    monkeypatch.setenv("GATEWRIGHT_EMAIL_CODE", "second")
    change(public_url=None, site_name="Shop")
    environment = environment_of_command()

    assert "GATEWRIGHT_PUBLIC_URL" not in environment
    assert environment["GATEWRIGHT_SITE_NAME"] == "Shop"
    assert environment["GATEWRIGHT_EMAIL_CODE"] == "second"
