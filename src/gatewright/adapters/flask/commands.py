"""``flask gatewright``: the command ``gatewright``, with the settings of the Flask application."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import click
from flask.cli import with_appcontext
from pydantic import SecretStr

from gatewright.adapters.flask.visitor import installation
from gatewright.settings import Settings

_PREFIX = "GATEWRIGHT_"


@click.command(
    "gatewright",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=False,  # the command has its own
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
@with_appcontext
def gatewright_command(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Look after users, roles, sessions and mails."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(_PREFIX)}
    done = subprocess.run(  # noqa: S603 # who types the arguments has a shell anyway
        [sys.executable, "-m", "gatewright", *arguments],
        env=inherited | _environment_of(installation().auth.settings),
        check=False,
    )
    context.exit(done.returncode)


def _environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables by which another process finds the same settings."""
    return {f"{_PREFIX}{name.upper()}": _text_of(value) for name, value in settings if value is not None}


def _text_of(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return ",".join(f"{name}={path}" for name, path in value.items())
    return ",".join(value) if isinstance(value, tuple) else str(value)
