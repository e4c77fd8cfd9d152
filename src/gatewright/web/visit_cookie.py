"""The session mapping of the web layer: a dict in a sealed cookie, which the visitor can read but not modify."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gatewright.auth.visit_state import BoundedMapping, as_json
from gatewright.errors import InvalidParameterError
from gatewright.tokens import Seal

TYPED = "typed"
"""Key of what a visitor typed into a form that is shown again."""

WANTED = "wanted"
"""Key of where a visitor who was sent a sign-in link wanted to go."""

_SPARE = (TYPED, WANTED)
"""The keys to drop first if there is no room."""

_OURS = 640
"""Bytes of the JSON that are reserved from the application's values: for the secrets of the session and its pending
steps (43 characters each) and of the browser (32), gatewright's messages (`VisitState` limits them), the CSRF token
(32), and the keys of all these, of which the setting ``auth_session_var`` may have 64 characters."""

_decode = json.JSONDecoder().raw_decode
"""Decodes JSON that gatewright wrote itself, without looking for surrounding white space."""


class VisitCookie(BoundedMapping):
    """A mapping that records whether it has been changed, and never grows beyond what a browser stores.

    Args:
        seal: Detects forged cookies.
        value: The cookie's value. A value with an invalid seal counts as empty.
        room: How many bytes the cookie's value may have.
    """

    def __init__(self, seal: Seal, value: str | None, *, room: int) -> None:
        self._seal = seal
        self._room = room
        payload = seal.open(value) if value else None
        self._kept = {} if payload is None else _read(payload)
        self.is_strange = bool(value) and payload is None
        self.is_changed = False

    @property
    def value(self) -> str:
        """The cookie's new value; empty if there is nothing to store."""
        return self._seal.seal(as_json(self._kept)) if self._kept else ""

    @property
    def _largest(self) -> int:
        """How many bytes of JSON the cookie can hold."""
        return self._seal.largest_payload(self._room)

    @property
    def room(self) -> int:
        """How many bytes of JSON the application's values may take. Even if they use it all, visitors can sign in."""
        return self._largest - _OURS

    def __getitem__(self, key: str) -> Any:
        return self._kept[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Do what `Mapping.get` does, without the cost of catching an exception."""
        return self._kept.get(key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        after = self._kept | {key: value}
        try:
            size = len(as_json(after))
            for spare in _SPARE:
                if size > self._largest and after.pop(spare, None) is not None:
                    size = len(as_json(after))
            is_too_large = size > self._largest and size > len(as_json(self._kept))
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidParameterError(f"A visit stores only JSON values; {key!r:.40}: {error}.") from error
        if is_too_large:
            raise InvalidParameterError(
                f"A visit's cookie holds {self._largest} bytes of JSON, but {key!r:.40} makes it {size}. Keep large "
                "values in your database, and only their key in the session."
            )
        self._kept = after
        self.is_changed = True

    def __delitem__(self, key: str) -> None:
        del self._kept[key]
        self.is_changed = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _read(payload: bytes) -> dict[str, Any]:
    try:
        kept, _ = _decode(payload.decode(errors="surrogatepass"))
    except (ValueError, RecursionError):  # too deep for the caller's stack: a guest is better than errors on every page
        return {}
    return kept if isinstance(kept, dict) else {}
