"""Applications on every adapter as processes of their own, and what each has used of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from running_examples import running

TICKS = os.sysconf("SC_CLK_TCK")
LIMITS = {"attempts_per_client": 100_000, "attempts_per_account": 100_000, "attempts_per_client_and_account": 100_000}


class Usage:
    """What a process has used.

    Args:
        pid: The process.
    """

    def __init__(self, pid):
        self._folder = Path(f"/proc/{pid}")

    def cpu_seconds(self):
        """Return how long it has worked: other processes of this machine do not count."""
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def largest_mib(self):
        """Return how much memory it has had at most."""
        return int(re.search(r"VmHWM:\s+(\d+) kB", (self._folder / "status").read_text())[1]) / 1024


@pytest.fixture(scope="module", params=["server", "starlette", "fastapi", "flask", "django"])
def site(request, tmp_path_factory):
    """An application that has answered a few requests already."""
    folder = tmp_path_factory.mktemp(request.param)
    settings = {"argon2_memory_kib": 19456, "argon2_iterations": 2} | LIMITS
    with running(request.param, folder, site_name="Resources", **settings) as application:
        for _ in range(3):
            assert application.send("GET", "/login", [], b"")[0] == 200
        yield application


@pytest.fixture
def usage(site):
    return Usage(site.pid)
