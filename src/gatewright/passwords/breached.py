"""Passwords that have leaked somewhere, from a file of their digests that an operator has fetched; nothing is asked."""

from __future__ import annotations

import re
from hashlib import sha1
from pathlib import Path

from gatewright.errors import ConfigurationError
from gatewright.passwords.encoding import encode_password

_DIGEST_SIZE = 40
"""Characters of a SHA-1 digest in hexadecimal."""
_LONGEST_LINE = 80
_LINE = re.compile(rb"[0-9A-Fa-f]{40}(:[0-9]+)?\s*")
_CURE = (
    "GATEWRIGHT_BREACHED_PASSWORDS_FILE must name a file of SHA-1 digests in ascending order, one a line, as the "
    "downloader of Have I Been Pwned writes it."
)


class BreachedPasswords:
    """A file of SHA-1 digests, one a line, in ascending order, each with or without ``:`` and a count behind it.

    The list of Have I Been Pwned has a thousand million lines. So it is searched by halves and never loaded: about
    forty short reads for a password that is set.

    Args:
        path: The file.

    Raises:
        ConfigurationError: If it cannot be read, or begins with anything else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                first = file.readline(_LONGEST_LINE)
        except (OSError, ValueError) as error:  # a path may hold what no file system takes
            raise _unreadable(path, error) from error
        if not _LINE.fullmatch(first):
            raise ConfigurationError(f"The first line of {path} is no digest. {_CURE}")

    def __contains__(self, password: str) -> bool:
        """Say whether a password is in the file.

        Raises:
            ConfigurationError: If the file cannot be read any more: then no password can be set.
            InvalidParameterError: If it is no Unicode text.
        """
        wanted = sha1(encode_password(password), usedforsecurity=False).hexdigest().upper().encode()
        try:
            with self._path.open("rb") as file:

                def digest_after(place: int) -> bytes:
                    """Return the first digest whose line begins behind a place, or at the beginning of the file."""
                    file.seek(place)
                    if place:
                        file.readline(_LONGEST_LINE)
                    return file.readline(_LONGEST_LINE)[:_DIGEST_SIZE].upper()

                low, high = 0, file.seek(0, 2)
                while low < high:
                    middle = (low + high) // 2
                    found = digest_after(middle)
                    if found and found < wanted:
                        low = middle + 1
                    else:
                        high = middle
                return digest_after(low) == wanted
        except (OSError, ValueError) as error:  # a path may hold what no file system takes
            raise _unreadable(self._path, error) from error


def _unreadable(path: Path, error: OSError | ValueError) -> ConfigurationError:
    reason = error.strerror if isinstance(error, OSError) else error
    return ConfigurationError(f"The file {str(path)!r} cannot be read: {reason}. {_CURE}")
