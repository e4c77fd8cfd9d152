"""Read private keys and messages from safe places: a prompt, a file, standard input."""

from __future__ import annotations

import getpass
import os
import sys
import warnings
from pathlib import Path

from gatewright.errors import InvalidParameterError

STANDARD_INPUT = "-"

_LARGEST_WIF_FILE = 1000
"""Bytes. A key has 52 characters; anything larger is another file, or an endless one."""


def read_wif(source: str | None) -> str:
    """Read a private key in wallet import format, from a hidden prompt if no source is named.

    Args:
        source: The name of a file, ``-`` for standard input, or None.

    Raises:
        InvalidParameterError: If there is nothing to read it from.
    """
    if source is None:
        return _ask_for_wif().strip()
    raw = sys.stdin.buffer.read(_LARGEST_WIF_FILE) if source == STANDARD_INPUT else _read_wif_file(Path(source))
    return raw.decode("ascii", errors="replace").strip()


def write_wif(wif: str, *, path: Path) -> None:
    """Write a private key to a new file that only its owner may read.

    Raises:
        InvalidParameterError: If the file exists or cannot be created. No file is ever overwritten.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{wif}\n")
    except FileExistsError:
        raise InvalidParameterError(f"{str(path)!r} already exists and is not overwritten. Name a new file.") from None
    except OSError as error:
        raise InvalidParameterError(f"{str(path)!r} cannot be written: {error.strerror}.") from error


def read_message(message: str) -> str:
    """Return the message, read from standard input if it is ``-``. The line ending that a pipe adds is not part of it.

    Raises:
        InvalidParameterError: If standard input holds nothing, or bytes that are not text.
    """
    if message != STANDARD_INPUT:
        return message
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise InvalidParameterError("The message on standard input is not UTF-8 text.") from error
    if not text:
        raise InvalidParameterError("There is no message on standard input.")
    return text.removesuffix("\n").removesuffix("\r")


def _read_wif_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_WIF_FILE)
    except OSError as error:
        # The name is not shown: it may be a private key, given in place of a file.
        raise InvalidParameterError(f"The file named by --wif-file cannot be read: {error.strerror}.") from None


def _ask_for_wif() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass("Private key (WIF, hidden): ")
        except getpass.GetPassWarning:
            raise InvalidParameterError(
                "There is no terminal to ask for the private key. Name a file with --wif-file FILE, "
                "or send the key to standard input with --wif-file -."
            ) from None
