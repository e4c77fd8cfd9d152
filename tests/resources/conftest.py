"""Applications on every adapter as processes of their own, and what each has used of this machine."""

from __future__ import annotations

import os
import re
import resource
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from free_ports import free_port
from nginx_server import MISSING, NGINX, nginx_command
from running_examples import running, wait_for

TICKS = os.sysconf("SC_CLK_TCK")
LIMITS = {"attempts_per_client": 100_000, "attempts_per_account": 100_000, "attempts_per_client_and_account": 100_000}

SITES = ["server", "starlette", "fastapi", "flask-sync", "flask-gthread", "django-sync", "django-gthread"]
"""As they are deployed: of gunicorn one worker, so that it is known who answers."""


OPEN_FILES = 4096
"""Of each process here, where the default is enough for fewer connections than there will be."""


class Usage:
    """What a process has used.

    Args:
        pid: The process; where it has a child, that is the worker.
    """

    def __init__(self, pid):
        (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() or [pid]
        self._folder = Path(f"/proc/{worker}")

    def cpu_seconds(self):
        """Return how long it has worked: other processes of this machine do not count."""
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def largest_mib(self):
        """Return how much memory it has had at most."""
        return int(re.search(r"VmHWM:\s+(\d+) kB", (self._folder / "status").read_text())[1]) / 1024


@pytest.fixture(scope="module", params=SITES)
def site(request, tmp_path_factory):
    """An application that has answered a few requests already."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, hard), hard))
    folder = tmp_path_factory.mktemp(request.param)
    settings = {"argon2_memory_kib": 19456, "argon2_iterations": 2} | LIMITS
    with running(request.param, folder, site_name="Resources", **settings) as application:
        for _ in range(3):
            assert application.send("GET", "/login", [], b"")[0] == 200
        yield application


@pytest.fixture
def usage(site):
    return Usage(site.pid)


@pytest.fixture
def entrance(site, tmp_path):
    """Where visitors come in: the host and the port of the application, or of the proxy that gunicorn asks for."""
    address = urlsplit(site.url)
    if not site.framework.endswith(("sync", "gthread")):
        yield address.hostname, address.port
        return
    if NGINX is None:
        pytest.skip(MISSING)
    port = free_port()
    proxy = subprocess.Popen(nginx_command(tmp_path, port=port, backends=[address.port]))
    try:
        wait_for(port, proxy, tmp_path / "error.log")
        yield address.hostname, port
    finally:
        proxy.terminate()
        proxy.wait()
