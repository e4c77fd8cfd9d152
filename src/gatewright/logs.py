"""Log lines that belong together: the id of the request that each was written for, and one JSON object a line.

For any logging set-up: put `RequestIdFilter` on a handler, and `JsonFormatter`, too, where programs read the log.
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
"""What a line of text says where there is no request."""

_making = Lock()
_current: ContextVar[Identified | None] = ContextVar("gatewright_request_id", default=None)


class Identified(ABC):
    """What has the id of one request, made when the first log line asks for it: most requests write none."""

    __slots__ = ("_id",)

    _id: str | None

    @abstractmethod
    def make_id(self) -> str:
        """Return a new id."""

    @property
    def id(self) -> str:
        """The id."""
        if self._id is None:
            with _making:  # threads of one request may write their first lines at once
                self._id = self._id or self.make_id()
        return self._id


class RequestId(Identified):
    """The id of one request, and nothing else.

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
    """Let whatever is logged from now on, in this task or thread, belong to a request."""
    _current.set(request)


def end_request() -> None:
    """Let whatever is logged from now on belong to no request: a thread answers one after the other."""
    _current.set(None)


def request_id() -> str | None:
    """Return the id of the request that is being answered, or None outside of one."""
    current = _current.get()
    return None if current is None else current.id


class RequestIdFilter(logging.Filter):
    """Gives every record the attribute ``request_id``; ``-`` outside of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through."""
        record.request_id = request_id() or _OUTSIDE
        return True


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object in one line: time in UTC, level, logger, process, request, message.

    Of what the application passes as ``extra`` nothing is written: nobody has looked whether it holds a secret.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        # Where another thread writes the lines, only the filter on the way there could tell.
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
        return json.dumps(line, default=str)  # in ASCII, where nothing but a line's end ends a line
