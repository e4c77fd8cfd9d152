"""``python manage.py gatewright ...``: the command ``gatewright``, with the settings of the project."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from pydantic import SecretStr

from gatewright.adapters.django.conf import read_values


class Command(BaseCommand):
    """Runs in a process of its own, which is told the project's settings by its environment."""

    help = (
        "Looks after users, roles, sessions and mails: what the command gatewright does, with this project's settings."
    )
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand all arguments on, ``--help`` included."""
        raise SystemExit(self.handle(*argv[2:]))

    def handle(self, *arguments: str, **_: Any) -> int:  # type: ignore[override] # the status is for the shell
        """Return the status that the command ends with."""
        environment = {**os.environ, **_as_environment(read_values())}
        command = [sys.executable, "-m", "gatewright", *arguments]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - the operator's own words


def _as_environment(values: Mapping[str, Any]) -> dict[str, str]:
    return {f"GATEWRIGHT_{name.upper()}": _as_text(value) for name, value in values.items() if value is not None}


def _as_text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
