"""What a visit stores in its framework's session mapping, under one key."""

from __future__ import annotations

import json
import logging
from abc import abstractmethod
from collections.abc import Mapping, MutableMapping
from typing import Any

from gatewright.errors import ConfigurationError, InvalidParameterError

_OUR_MESSAGES = 256
"""Bytes of JSON reserved for messages: enough for several of gatewright's own codes."""

_logger = logging.getLogger("gatewright.auth")


class BoundedMapping(MutableMapping[str, Any]):
    """A session mapping of limited size, such as a cookie."""

    @property
    @abstractmethod
    def room(self) -> int:
        """How many bytes of `as_json` the application's values may occupy."""


class VisitState:
    """The secrets that identify session and browser, the application's values, and messages, in a mapping.

    Each change assigns a new value to the key, so that every framework notices it. Data of an unexpected shape counts
    as empty: the mapping may come from a cookie of an older release. In a mapping of limited size, the application's
    values never take the space that signing in needs; any excess is dropped, largest value first.

    Args:
        mapping: The framework's session.
        key: The key under which everything is stored.
    """

    def __init__(self, mapping: MutableMapping[str, Any], key: str) -> None:
        self._mapping = mapping
        self._key = key
        kept = self._kept()
        if ("data" in kept or "messages" in kept) and isinstance(mapping, BoundedMapping):
            self._make_room()

    def secret(self) -> str | None:
        """Return the secret that identifies the visitor's session."""
        return self._text("secret")

    def keep_secret(self, secret: str) -> None:
        """Store the secret that identifies the visitor's session. This drops whatever was pending."""
        kept = {name: value for name, value in self._kept().items() if name != "pending"}
        self._mapping[self._key] = kept | {"secret": secret}

    def pending(self) -> str | None:
        """Return the secret that identifies the visit's pending steps."""
        return self._text("pending")

    def keep_pending(self, secret: str) -> None:
        """Store the secret that identifies the visit's pending steps."""
        self._change(pending=secret)

    def series(self) -> str | None:
        """Return the identifier of the visitor's remembered browser."""
        return self._text("series")

    def keep_series(self, series_id: str | None) -> None:
        """Store the identifier of the visitor's remembered browser."""
        self._change(series=series_id)

    def data(self) -> dict[str, Any]:
        """Return a copy of the application's own values."""
        return self._part("data")

    def keep(self, name: str, value: Any) -> None:
        """Store a value of the application.

        Raises:
            InvalidParameterError: If the value is not JSON-serialisable, or there is no space for it.
        """
        try:
            kept = json.loads(json.dumps({name: value}, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidParameterError(f"A session value must be JSON-serialisable; {name!r:.40}: {error}.") from error
        data = self.data() | kept
        self._require_room(name, data, self._part("messages"))
        self._change(data=data)

    def add_message(self, kind: str, code: str) -> None:
        """Leave a message for the next page. If there is no space, older ones are dropped.

        Raises:
            InvalidParameterError: If even on its own it does not fit.
        """
        messages = {name: text for name, text in self._part("messages").items() if name != kind} | {kind: code}
        data = self.data()
        while len(messages) > 1 and self._excess(data, messages) > 0:
            del messages[next(iter(messages))]
        self._require_room(kind, data, messages)
        self._change(messages=messages)

    def take_messages(self) -> dict[str, str]:
        """Return the messages and clear them."""
        messages = self._part("messages")
        if messages:
            self._change(messages={})
        return messages

    def clear(self) -> None:
        """Clear everything."""
        self._mapping.pop(self._key, None)

    def _make_room(self) -> None:
        """Drop what an earlier release or another limit allowed."""
        data, messages = self.data(), self._part("messages")
        if not (data or messages) or self._excess(data, messages) <= 0:
            return
        dropped = []
        while data and self._excess(data, {}) > 0:
            dropped.append(max(data, key=lambda name: len(as_json(data[name]))))
            del data[dropped[-1]]
        self._change(data=data, messages=messages if self._excess(data, messages) <= 0 else {})
        _logger.warning(
            "A visitor's session held more than fits. Dropped to let them sign in: %s.",
            ", ".join(ascii(name[:40]) for name in dropped) or "messages",
        )

    def _require_room(self, name: str, data: Mapping[str, Any], messages: Mapping[str, Any]) -> None:
        """Refuse what would take the space that signing in needs.

        Raises:
            InvalidParameterError: If it would; the message says how much is free.
        """
        excess = self._excess(data, messages)
        if excess > 0:
            others = {key: value for key, value in data.items() if key != name}
            free = max(0, -self._excess(others, self._part("messages")))
            raise InvalidParameterError(
                f"There is no room for {name!r:.40} in the visit's cookie: {free} bytes are free, as JSON, which is "
                f"{excess} too few. Store large values in your database, and only their keys in the session."
            )

    def _excess(self, data: Mapping[str, Any], messages: Mapping[str, Any]) -> int:
        """Return how many bytes of JSON exceed the limit; if negative, how many are free."""
        if not isinstance(self._mapping, BoundedMapping):
            return 0
        return len(as_json(data)) + max(0, len(as_json(messages)) - _OUR_MESSAGES) - self._mapping.room

    def _kept(self) -> dict[str, Any]:
        kept = self._mapping.get(self._key)
        return kept if isinstance(kept, dict) else {}

    def _text(self, name: str) -> str | None:
        text = self._kept().get(name)
        return text if isinstance(text, str) else None

    def _part(self, name: str) -> dict[str, Any]:
        part = self._kept().get(name)
        return dict(part) if isinstance(part, dict) else {}

    def _change(self, **parts: Any) -> None:
        self._mapping[self._key] = self._kept() | parts


def as_json(value: Any) -> bytes:
    """Return a value as a cookie stores it: the most compact JSON, with lone surrogates left as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="surrogatepass")


def require_mapping(session: Any) -> MutableMapping[str, Any]:
    """Return a framework's session if it is a mutable mapping; not every framework's class declares that.

    Raises:
        ConfigurationError: If it is anything else.
    """
    if not all(hasattr(session, method) for method in ("get", "pop", "__setitem__")):
        raise ConfigurationError(
            f"A guard needs the framework's session, a mutable mapping, not {type(session).__name__}."
        )
    mapping: MutableMapping[str, Any] = session
    return mapping
