"""Secrets that follow from a key of the settings and a name, so that nobody has to keep them."""

from __future__ import annotations

import hmac
from collections.abc import Sequence


class DerivedSecrets:
    """Makes the same secret of a name again and again, by HMAC-SHA256 (RFC 2104).

    What is in a mail that waits, and what it is compared with when it comes back, need not stand in the database:
    whoever reads that has names, and learns nothing of their secrets without the key.

    Args:
        keys: At least one key of 32 bytes. The first one makes secrets, all of them recognise theirs: keys can rotate.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def of(self, name: str) -> bytes:
        """Return the secret of a name: 32 bytes."""
        return self.all_of(name)[0]

    def all_of(self, name: str) -> tuple[bytes, ...]:
        """Return what the secret of a name may be, the current key's first."""
        return tuple(hmac.digest(key, name.encode(errors="surrogatepass"), "sha256") for key in self._keys)
