"""``python manage.py gatewright ...``: the command ``gatewright``, with the settings of the project."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from django.core.management.base import BaseCommand

from gatewright.adapters.django.conf import read_values
from gatewright.environment_settings import environment_with


class Command(BaseCommand):
    """Runs in a separate process, which receives the project's settings through its environment."""

    help = "Manages users, roles, sessions and mails: runs the gatewright command with this project's settings."
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Pass all arguments on, including ``--help``."""
        raise SystemExit(self.handle(*argv[2:]))

    def handle(self, *arguments: str, **_: Any) -> int:  # type: ignore[override] # the status is for the shell
        """Return the command's exit status."""
        command = [sys.executable, "-m", "gatewright", *arguments]
        done = subprocess.run(  # noqa: S603 - the operator's own words
            command, env=environment_with(read_values()), check=False
        )
        return done.returncode
