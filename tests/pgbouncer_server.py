"""A real PgBouncer before the tests' PostgreSQL, which lends two server connections for one transaction at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from free_ports import free_port
from postgres_server import ROLE, await_server, unprivileged

_SETTINGS = """\
[databases]
* = host=127.0.0.1 port={server_port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
"""


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: str) -> Iterator[str]:
    """A running pooler, as the beginning of a URL that a database's name ends: ``postgresql+psycopg://.../``."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("there is no PgBouncer: sudo apt-get install pgbouncer")
    with tempfile.TemporaryDirectory(prefix="gatewright-pgbouncer-") as name:
        folder, port = Path(name), free_port()
        server_port = postgres_server.rstrip("/").rpartition(":")[2]
        (folder / "users").write_text(f'"{ROLE}" ""\n')
        (folder / "settings").write_text(_SETTINGS.format(port=port, server_port=server_port, folder=folder))
        folder.chmod(0o755)  # whoever the pooler runs as, it only reads them
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen([program, folder / "settings"], stdout=log, stderr=log, **unprivileged()) as process,
        ):
            try:
                await_server(process, port)
                yield f"postgresql+psycopg://{ROLE}@127.0.0.1:{port}/"
            finally:
                process.terminate()
                process.wait(30)
