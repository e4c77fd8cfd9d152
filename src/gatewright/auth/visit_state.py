"""What a visit keeps in the session mapping of its framework, under one key."""

from __future__ import annotations

import json
import logging
from abc import abstractmethod
from collections.abc import Mapping, MutableMapping
from typing import Any

from gatewright.errors import ConfigurationError, InvalidParameterError

_OUR_MESSAGES = 256
"""Bytes of JSON for messages that the application's values leave free: several of our own codes."""

_logger = logging.getLogger("gatewright.auth")


class BoundedMapping(MutableMapping[str, Any]):
    """A session mapping of limited size, such as a cookie."""

    @property
    @abstractmethod
    def room(self) -> int:
        """How many bytes of `as_json` the application's values may take."""


class VisitState:
    """What names the session and the browser, the application's own values, and messages, in a mapping.

    Each change puts a new value under the key, so that every framework notices it. What does not have the expected
    shape counts as empty: the mapping may come from a cookie of an older release. In a mapping of limited size, the
    application's values never take the room that signing in needs; what is over it goes, the largest value first.

    Args:
        mapping: The framework's session.
        key: Where in it everything is kept.
    """

    def __init__(self, mapping: MutableMapping[str, Any], key: str) -> None:
        self._mapping = mapping
        self._key = key
        kept = self._all()
        if ("data" in kept or "messages" in kept) and isinstance(mapping, BoundedMapping):
            self._make_room()

    def secret(self) -> str | None:
        """Return what names the visitor's session."""
        return self._text("secret")

    def keep_secret(self, secret: str) -> None:
        """Keep what names the visitor's session. What was pending before is over."""
        kept = {name: value for name, value in self._all().items() if name != "pending"}
        self._mapping[self._key] = kept | {"secret": secret}

    def pending(self) -> str | None:
        """Return what names the visit's pending steps."""
        return self._text("pending")

    def keep_pending(self, secret: str) -> None:
        """Keep what names the visit's pending steps."""
        self._change(pending=secret)

    def series(self) -> str | None:
        """Return what the visitor's browser is remembered by."""
        return self._text("series")

    def keep_series(self, series_id: str | None) -> None:
        """Keep what the visitor's browser is remembered by."""
        self._change(series=series_id)

    def data(self) -> dict[str, Any]:
        """Return a copy of the application's own values."""
        return self._part("data")

    def keep(self, name: str, value: Any) -> None:
        """Keep a value of the application.

        Raises:
            InvalidParameterError: If JSON cannot write the value, or there is no room for it.
        """
        try:
            kept = json.loads(json.dumps({name: value}, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidParameterError(f"The session keeps what JSON can write; {name!r:.40}: {error}.") from error
        data = self.data() | kept
        self._require_room(name, data, self._part("messages"))
        self._change(data=data)

    def add_message(self, kind: str, code: str) -> None:
        """Leave a message for the next page. Where there is no room, older ones go.

        Raises:
            InvalidParameterError: If there is no room for it alone.
        """
        messages = {name: text for name, text in self._part("messages").items() if name != kind} | {kind: code}
        data = self.data()
        while len(messages) > 1 and self._excess(data, messages) > 0:
            del messages[next(iter(messages))]
        self._require_room(kind, data, messages)
        self._change(messages=messages)

    def take_messages(self) -> dict[str, str]:
        """Return the messages and forget them."""
        messages = self._part("messages")
        if messages:
            self._change(messages={})
        return messages

    def clear(self) -> None:
        """Forget everything."""
        self._mapping.pop(self._key, None)

    def _make_room(self) -> None:
        """Drop what an earlier release, or another limit, has let in."""
        data, messages = self.data(), self._part("messages")
        if not (data or messages) or self._excess(data, messages) <= 0:
            return
        dropped = []
        while data and self._excess(data, {}) > 0:
            dropped.append(max(data, key=lambda name: len(as_json(data[name]))))
            del data[dropped[-1]]
        self._change(data=data, messages=messages if self._excess(data, messages) <= 0 else {})
        _logger.warning(
            "A visitor's session held more than there is room for. Dropped to let them sign in: %s.",
            ", ".join(ascii(name[:40]) for name in dropped) or "messages",
        )

    def _require_room(self, name: str, data: Mapping[str, Any], messages: Mapping[str, Any]) -> None:
        """Refuse what would take the room that signing in needs.

        Raises:
            InvalidParameterError: If it would; says how much is free.
        """
        excess = self._excess(data, messages)
        if excess > 0:
            others = {key: value for key, value in data.items() if key != name}
            free = max(0, -self._excess(others, self._part("messages")))
            raise InvalidParameterError(
                f"There is no room for {name!r:.40} in the visit's cookie: {free} bytes are free, as JSON, which is "
                f"{excess} too few. Keep large values in your database, and only their key in the session."
            )

    def _excess(self, data: Mapping[str, Any], messages: Mapping[str, Any]) -> int:
        """Return how many bytes of JSON are too many; below zero, how many are free."""
        if not isinstance(self._mapping, BoundedMapping):
            return 0
        return len(as_json(data)) + max(0, len(as_json(messages)) - _OUR_MESSAGES) - self._mapping.room

    def _all(self) -> dict[str, Any]:
        kept = self._mapping.get(self._key)
        return dict(kept) if isinstance(kept, dict) else {}

    def _text(self, name: str) -> str | None:
        kept = self._mapping.get(self._key)
        text = kept.get(name) if isinstance(kept, dict) else None
        return text if isinstance(text, str) else None

    def _part(self, name: str) -> dict[str, Any]:
        part = self._all().get(name)
        return dict(part) if isinstance(part, dict) else {}

    def _change(self, **parts: Any) -> None:
        self._mapping[self._key] = self._all() | parts


def as_json(value: Any) -> bytes:
    """Return a value as a cookie keeps it, in as few bytes as JSON allows; lone surrogates as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="surrogatepass")


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
