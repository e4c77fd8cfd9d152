"""Secrets derived from a key in the settings and a name, so that they need not be stored."""

from __future__ import annotations

import hmac
from collections.abc import Sequence


class DerivedSecrets:
    """Derives secrets from names by HMAC-SHA256 (RFC 2104); a name always gives the same secret.

    So the database need not contain the secret in a queued email, nor what it is compared with when it comes back:
    somebody who reads the database learns names, and nothing about their secrets without the key.

    Args:
        keys: At least one key of 32 bytes. The first one derives secrets, all of them recognise theirs: keys rotate.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def of(self, name: str) -> bytes:
        """Return the secret of a name: 32 bytes."""
        return self.all_of(name)[0]

    def all_of(self, name: str) -> tuple[bytes, ...]:
        """Return all possible secrets of a name, the current key's first."""
        return tuple(hmac.digest(key, name.encode(errors="surrogatepass"), "sha256") for key in self._keys)
