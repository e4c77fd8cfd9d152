"""A peer as its users get it, with pinned versions and in its own virtualenv."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / ".peers"
_LOCKS = Path(__file__).parent.parent / "requirements" / "peers"
_PATIENCE = 300.0
"""Seconds that pip may take."""


@dataclass(frozen=True)
class Peer:
    """A library to compare with.

    Args:
        name: Its name and version.
        lock: The file that pins what is installed.
        modules: What must be importable afterwards.
    """

    name: str
    lock: str
    modules: str

    def __str__(self) -> str:
        return self.name

    def find_python(self) -> Path | None:
        """Return the interpreter that has the peer, installed at first use, or None (with a message) without PyPI."""
        virtualenv = _FOLDER / self.name.replace(" ", "-")
        python = virtualenv / "bin" / "python"
        if _run(python, "-I", "-c", f"import {self.modules}") is None:
            return python
        print(f"Installing {self} in a virtualenv of its own, once.", file=sys.stderr)
        problem = _run(sys.executable, "-m", "venv", "--clear", virtualenv) or _run(
            *(python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", _LOCKS / self.lock)
        )
        if problem is None:
            return python
        print(f"{self} could not be installed, so it is left out: {problem}", file=sys.stderr)
        return None


EVRMORE = Peer(
    "evrmore-authentication 0.3.0",
    lock="evrmore-authentication.txt",
    modules="evrmore_authentication",
)
FASTAPI_USERS = Peer(
    "fastapi-users 15.0.5",
    lock="fastapi-users.txt",
    modules="fastapi_users_db_sqlalchemy, aiosqlite, uvicorn",
)
WEB = Peer(
    "web frameworks",
    lock="web.txt",
    modules="fastapi_users_db_sqlalchemy, flask_login, flask_sqlalchemy, django, gunicorn, uvloop, httptools, jwt",
)


def _run(*command: str | Path) -> str | None:
    """Run a command; return None if it succeeded, else its last line."""
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    except subprocess.CalledProcessError as error:
        lines = str(error.stderr).strip().splitlines()
        return lines[-1] if lines else str(error)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None
