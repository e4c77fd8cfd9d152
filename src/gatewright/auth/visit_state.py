"""What a visit keeps in the session mapping of its framework, under one key."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

from gatewright.errors import ConfigurationError, InvalidParameterError


class VisitState:
    """What names the session and the browser, the application's own values, and messages, in a mapping.

    Each change puts a new value under the key, so that every framework notices it. What has not the expected shape
    counts as empty: the mapping may come from a cookie of an older release.

    Args:
        mapping: The framework's session.
        key: Where in it everything is kept.
    """

    def __init__(self, mapping: MutableMapping[str, Any], key: str) -> None:
        self._mapping = mapping
        self._key = key

    def secret(self) -> str | None:
        """Return what names the visitor's session."""
        secret = self._all().get("secret")
        return secret if isinstance(secret, str) else None

    def keep_secret(self, secret: str) -> None:
        """Keep what names the visitor's session."""
        self._change(secret=secret)

    def series(self) -> str | None:
        """Return what the visitor's browser is remembered by."""
        series = self._all().get("series")
        return series if isinstance(series, str) else None

    def keep_series(self, series_id: str | None) -> None:
        """Keep what the visitor's browser is remembered by."""
        self._change(series=series_id)

    def data(self) -> dict[str, Any]:
        """Return a copy of the application's own values."""
        return self._part("data")

    def keep(self, name: str, value: Any) -> None:
        """Keep a value of the application.

        Raises:
            InvalidParameterError: If JSON cannot write the value.
        """
        try:
            kept = json.loads(json.dumps({name: value}, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidParameterError(f"The session keeps what JSON can write; {name!r:.40}: {error}.") from error
        self._change(data=self.data() | kept)

    def add_message(self, kind: str, code: str) -> None:
        """Leave a message for the next page."""
        self._change(messages=self._part("messages") | {kind: code})

    def take_messages(self) -> dict[str, str]:
        """Return the messages and forget them."""
        messages = self._part("messages")
        if messages:
            self._change(messages={})
        return messages

    def clear(self) -> None:
        """Forget everything."""
        self._mapping.pop(self._key, None)

    def _all(self) -> dict[str, Any]:
        kept = self._mapping.get(self._key)
        return dict(kept) if isinstance(kept, dict) else {}

    def _part(self, name: str) -> dict[str, Any]:
        part = self._all().get(name)
        return dict(part) if isinstance(part, dict) else {}

    def _change(self, **parts: Any) -> None:
        self._mapping[self._key] = self._all() | parts


def require_mapping(session: Any) -> MutableMapping[str, Any]:
    """Return a framework's session if it is a mapping that can be changed; not every framework's says so by its class.

    Raises:
        ConfigurationError: If it is anything else.
    """
    if not all(hasattr(session, method) for method in ("get", "pop", "__setitem__")):
        raise ConfigurationError(
            f"A guard needs the framework's session, a mapping that can be changed, not {type(session).__name__}."
        )
    mapping: MutableMapping[str, Any] = session
    return mapping
