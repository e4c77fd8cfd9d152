"""Correlate log lines by the id of the request that each was written for, and write one JSON object per line.

For any logging set-up: put `RequestIdFilter` on a handler, and `JsonFormatter` too if programs read the log.
"""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from threading import Lock

_OUTSIDE = "-"
"""Stands for the request's id in a line of text outside of requests."""

_making = Lock()
_current: ContextVar[Identified | None] = ContextVar("gatewright_request_id", default=None)


class Identified(ABC):
    """Holds the id of one request, created when the first log line needs it: most requests write none."""

    __slots__ = ("_id",)

    _id: str | None

    @abstractmethod
    def make_id(self) -> str:
        """Return a new id."""

    @property
    def id(self) -> str:
        """The id."""
        if self._id is None:
            with _making:  # threads of one request may write their first lines concurrently
                self._id = self._id or self.make_id()
        return self._id


class RequestId(Identified):
    """The id of one request and nothing else.

    Args:
        make: Returns the id.
    """

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[], str]) -> None:
        self._id = None
        self._make = make

    def make_id(self) -> str:
        """Return a new id."""
        return self._make()


def begin_request(request: Identified) -> None:
    """Associate everything logged from now on, in this task or thread, with a request."""
    _current.set(request)


def end_request() -> None:
    """Associate everything logged from now on with no request: a thread serves one after another."""
    _current.set(None)


def request_id() -> str | None:
    """Return the id of the current request, or None outside of one."""
    current = _current.get()
    return None if current is None else current.id


class RequestIdFilter(logging.Filter):
    """Gives every record the attribute ``request_id``, which is ``-`` outside of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Accept every record."""
        record.request_id = request_id() or _OUTSIDE
        return True


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object per line: time in UTC, level, logger, process, request, message.

    It writes nothing that the application passes as ``extra``: that might contain a secret.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        # If another thread writes the lines, only the filter has seen the request's context.
        name = getattr(record, "request_id", None) or request_id()
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "request_id": None if name == _OUTSIDE else name,
            "message": record.getMessage(),
        }
        if record.name == "uvicorn.access" and isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, _, status = record.args
            line |= {"client": client, "method": method, "path": path, "status": status}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)  # in ASCII, so that no character in it can break the line
