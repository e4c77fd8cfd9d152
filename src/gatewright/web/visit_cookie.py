"""The session mapping of the web layer: a dict in a sealed cookie, which the visitor can read but not write."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from gatewright.errors import InvalidParameterError
from gatewright.tokens import Seal

_LARGEST = 3800
"""In characters. Browsers keep cookies of 4096 bytes, name and attributes included (RFC 6265, 6.1)."""


class VisitCookie(MutableMapping[str, Any]):
    """A mapping that knows whether it has been changed.

    Args:
        seal: What tells our cookies from forged ones.
        value: The cookie's value. What is not ours counts as empty.
    """

    def __init__(self, seal: Seal, value: str | None) -> None:
        self._seal = seal
        self._kept = _read(seal, value)
        self.is_changed = False

    @property
    def value(self) -> str:
        """What the cookie shall hold; empty where there is nothing to keep."""
        return self._seal.seal(json.dumps(self._kept, separators=(",", ":")).encode()) if self._kept else ""

    def __getitem__(self, key: str) -> Any:
        return self._kept[key]

    def __setitem__(self, key: str, value: Any) -> None:
        before = dict(self._kept)
        self._kept[key] = value
        if len(self.value) > _LARGEST:
            self._kept = before
            raise InvalidParameterError(
                f"A visit's cookie holds {_LARGEST} characters at most. Keep large values in your database, and only "
                "their key in the session."
            )
        self.is_changed = True

    def __delitem__(self, key: str) -> None:
        del self._kept[key]
        self.is_changed = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _read(seal: Seal, value: str | None) -> dict[str, Any]:
    payload = seal.open(value) if value else None
    if payload is None:
        return {}
    kept = json.loads(payload)
    return kept if isinstance(kept, dict) else {}
