"""The Dockerfile's own commands, run in folders in place of a container's, and the server that they install."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_what_the_build_installs_serves(tmp_path):
    """Migrate, start with several workers as production would, be ready, and stop."""
    build, venv = tmp_path / "build", tmp_path / "opt" / "gatewright"
    build.mkdir()
    venv.parent.mkdir()
    command = []
    text = re.sub(r"\\\n", " ", (ROOT / "deploy" / "Dockerfile").read_text())
    for line in text.splitlines():
        name, _, argument = line.partition(" ")
        if name == "COPY" and not argument.startswith("--from"):
            *sources, _ = argument.split()
            for source in sources:
                copy(ROOT / source, build / Path(source).name)
        elif name == "RUN" and not argument.startswith("useradd"):
            here = argument.replace("/opt/gatewright", str(venv)).replace("python ", f"{sys.executable} ", 1)
            subprocess.run(here, shell=True, cwd=build, check=True, timeout=400, capture_output=True)
        elif name == "CMD":
            command = json.loads(argument)
    environment = {
        "PATH": f"{venv / 'bin'}:{os.environ['PATH']}",
        "GATEWRIGHT_ENV": "production",
        "GATEWRIGHT_JWT_SECRET": "Zp5MtC8yWbU2eHsN9kXrLqGv4JfDa7TiRo1B6cEw",
        "GATEWRIGHT_DOMAIN": "shop.example",
        "GATEWRIGHT_PUBLIC_URL": "https://shop.example",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [str(venv / "bin" / command[0]), *command[1:]]
    command[command.index("--host") + 1], command[command.index("--port") + 1] = "127.0.0.1", str(port)
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, start_new_session=True)
    try:
        assert is_ready(process, f"http://127.0.0.1:{port}/readyz")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def is_ready(process, url):
    for _ in range(600):
        assert process.poll() is None
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    return False
