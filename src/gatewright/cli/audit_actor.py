"""The actor that the audit record names when a command changes something."""

from __future__ import annotations

import getpass
import os
import sys


def acting_user() -> str:
    """Return ``cli:`` and the user's name: by user ID, whatever the environment says, except on Windows."""
    return f"cli:{_name_of_user()}"


def _name_of_user() -> str:
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd

    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # as in a container that runs under an arbitrary user ID
        return str(number)
