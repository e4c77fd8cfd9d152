"""``flask gatewright``: the command, with the application's own settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gatewright.environment_settings import environment_with
from gatewright.settings import load_settings

APPLICATION = """
import flask

from gatewright.adapters.flask import FlaskAuth

app = flask.Flask(__name__)
app.config["GATEWRIGHT_DATABASE_URL"] = "sqlite:///shop.db"
app.config["GATEWRIGHT_JWT_SECRET"] = "a-secret-for-tests-only-0123456789abcdef"
app.config["GATEWRIGHT_PASSWORD_CONTEXT_WORDS"] = ("shop", "gadget")
FlaskAuth(app)
"""


@pytest.fixture
def run(tmp_path):
    """Run ``flask --app shop gatewright`` in an empty folder that holds the application."""
    (tmp_path / "shop.py").write_text(APPLICATION)
    environment = {**os.environ, "GATEWRIGHT_DATABASE_URL": "sqlite:///wrong.db", "PYTHONPATH": str(tmp_path)}

    def run(*arguments, text=""):
        command = [sys.executable, "-m", "flask", "--app", "shop", "gatewright", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, input=text, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def test_the_command_works_on_the_applications_database(run, tmp_path):
    """Whatever the environment names; options go through, too."""
    assert run("role", "create", "admin").stdout == "The role admin is declared.\n"
    assert json.loads(run("role", "list", "--json").stdout) == {"roles": ["admin"]}
    assert (tmp_path / "shop.db").exists()
    assert not (tmp_path / "wrong.db").exists()


def test_every_setting_of_the_application_holds(run, tmp_path):
    """A new password is judged by its policy."""
    (tmp_path / "password").write_text("gadget gadget gadget")
    refused = run("user", "create", "anna", "--password-file", "password")
    assert (refused.returncode, "gadget" in refused.stderr) != (0, False)


def test_the_settings_of_methods_hold(gatewright_settings, monkeypatch):
    """Those of the application, and those of the environment."""
    monkeypatch.setenv("GATEWRIGHT_EMAIL_CODE", "second")
    values = {"passkey_origins": ["https://shop.example", "https://shop.test"]} | dict(gatewright_settings)
    variables = environment_with(values)

    assert variables["GATEWRIGHT_PASSKEY_ORIGINS"] == "https://shop.example,https://shop.test"
    assert variables["GATEWRIGHT_EMAIL_CODE"] == "second"


def test_the_exit_code_is_the_commands(run):
    """A script can go by it."""
    assert run("user", "show", "nobody").returncode != 0
    assert "Usage: gatewright" in run("--help").stdout


def test_the_command_finds_the_same_settings(gatewright_settings, monkeypatch):
    """Every kind of value survives the way through the environment."""
    paths = {"account": "/my/account", "signup": ""}
    settings = gatewright_settings.with_values(page_paths=paths, api_path="", networks=("evrmore", "bitcoin"))
    for name, value in environment_with(dict(settings)).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings
