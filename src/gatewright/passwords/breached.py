"""Leaked passwords, from a file of their digests that the operator has downloaded. No service is queried."""

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
    "GATEWRIGHT_BREACHED_PASSWORDS_FILE must name a file of SHA-1 digests in ascending order, one per line, as the "
    "Have I Been Pwned downloader writes it."
)


class BreachedPasswords:
    """A file of SHA-1 digests in ascending order, one per line, each optionally followed by ``:`` and a count.

    The Have I Been Pwned list has about a billion lines. So it is binary-searched and never loaded: about forty short
    reads for each new password.

    Args:
        path: The file.

    Raises:
        ConfigurationError: If it cannot be read, or does not begin with a digest.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                first = file.readline(_LONGEST_LINE)
        except (OSError, ValueError) as error:  # a path may contain characters that no file system accepts
            raise _unreadable(path, error) from error
        if not _LINE.fullmatch(first):
            raise ConfigurationError(f"The first line of {path} is not a digest. {_CURE}")

    def __contains__(self, password: str) -> bool:
        """Return whether a password is in the file.

        Raises:
            ConfigurationError: If the file can no longer be read: then no password can be set.
            InvalidParameterError: If the password is not Unicode text.
        """
        wanted = sha1(encode_password(password), usedforsecurity=False).hexdigest().upper().encode()
        try:
            with self._path.open("rb") as file:

                def digest_after(place: int) -> bytes:
                    """Return the first digest whose line begins after a place, or at the beginning of the file."""
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
        except (OSError, ValueError) as error:  # a path may contain characters that no file system accepts
            raise _unreadable(self._path, error) from error


def _unreadable(path: Path, error: OSError | ValueError) -> ConfigurationError:
    reason = error.strerror if isinstance(error, OSError) else error
    return ConfigurationError(f"The file {str(path)!r} cannot be read: {reason}. {_CURE}")
