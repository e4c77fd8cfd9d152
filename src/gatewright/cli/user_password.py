"""Read a new password from a safe place: a prompt, a file, standard input. Never from an argument."""

from __future__ import annotations

import getpass
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.secret_input import STANDARD_INPUT
from gatewright.errors import InvalidParameterError

PasswordFile = Annotated[
    str | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help="A file with the password on one line; - for standard input. By default you are asked.",
    ),
]

_LARGEST_FILE = 10_000
"""Bytes. Longer than any accepted password; anything larger is another file, or an endless one."""


def read_new_password(source: str | None) -> str:
    """Read a new password, twice from a hidden prompt if no source is named.

    Args:
        source: The name of a file, ``-`` for standard input, or None.

    Raises:
        InvalidParameterError: If there is nothing to read it from, or it is not one line of text. Neither the password
            nor the name of the file is quoted: one may have been given in place of the other.
    """
    if source is None:
        return _ask_twice()
    raw = sys.stdin.buffer.read(_LARGEST_FILE) if source == STANDARD_INPUT else _read_file(Path(source))
    try:
        password = raw.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InvalidParameterError("The password in --password-file is not UTF-8 text.") from None
    if not password:
        raise InvalidParameterError("There is no password in --password-file.")
    if "\n" in password:
        raise InvalidParameterError("The password in --password-file must be one line.")
    return password


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE)
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise InvalidParameterError(f"The file named by --password-file cannot be read: {cause}.") from None


def _ask_twice() -> str:
    password = _ask("Password (hidden): ")
    if _ask("Repeat the password: ") != password:
        raise InvalidParameterError("The two passwords differ. Nothing was done.")
    return password


def _ask(prompt: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except getpass.GetPassWarning:
            raise InvalidParameterError(
                "There is no terminal to ask for the password. Name a file with --password-file FILE, "
                "or send the password to standard input with --password-file -."
            ) from None
