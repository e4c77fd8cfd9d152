"""``flask gatewright``: the command ``gatewright``, with the settings of the Flask application."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import click
import flask
from flask.cli import with_appcontext

from gatewright.adapters.flask.visitor import installation
from gatewright.environment_settings import PREFIX, environment_with


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
    values = configured_values(flask.current_app) | dict(installation().auth.settings)
    done = subprocess.run(  # noqa: S603 # who types the arguments has a shell anyway
        [sys.executable, "-m", "gatewright", *arguments],
        env=environment_with(values),
        check=False,
    )
    context.exit(done.returncode)


def configured_values(app: flask.Flask) -> dict[str, Any]:
    """Return the gatewright settings in an application's ``config``, field -> value."""
    return {key.removeprefix(PREFIX).lower(): value for key, value in app.config.items() if key.startswith(PREFIX)}
