"""A real nginx, with the proxy's configuration that is shipped."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

CONFIGURATION = Path(__file__).parents[1] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
MISSING = "there is no nginx: sudo apt-get install nginx-light"


def nginx_command(folder, *, port, backends):
    """Return how it is started: with the file as it is, but for where it listens and writes, and where servers are.

    Args:
        folder: Where it writes, with its logs as ``error.log`` and ``access.log``.
        port: Where it listens.
        backends: The ports of the servers.
    """
    text = CONFIGURATION.read_text()
    servers = re.search(r"server server:8000 ([^;]*);", text)
    for old, new in (
        (servers[0], " ".join(f"server 127.0.0.1:{each} {servers[1]};" for each in backends)),
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("/tmp/", f"{folder}/"),
        ("/dev/stderr", str(folder / "error.log")),
        ("/dev/stdout", str(folder / "access.log")),
    ):
        assert old in text
        text = text.replace(old, new)
    path = folder / "nginx.conf"
    path.write_text(text)
    folder.chmod(0o755)
    return [NGINX, "-c", str(path), "-e", str(folder / "error.log"), "-p", str(folder), "-g", "daemon off;"]
