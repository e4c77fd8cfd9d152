"""Who the audit record names where a command changes something."""

from __future__ import annotations

import getpass
import os
import sys


def acting_user() -> str:
    """Return ``cli:`` and the name of the user whom the operating system knows, whatever the environment says."""
    return f"cli:{_name_of_user()}"


def _name_of_user() -> str:
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd

    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # as in a container that runs under any number
        return str(number)
