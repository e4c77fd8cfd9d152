"""Keep query strings out of uvicorn's access log: clients of other services put tokens there."""

from __future__ import annotations

import logging


def hide_query_strings() -> None:
    """Let the access log show paths only. Doing it twice is doing it once."""
    logging.getLogger("uvicorn.access").addFilter(_without_query_string)


def _without_query_string(record: logging.LogRecord) -> bool:
    """Shorten the path among the record's arguments: client, method, path, HTTP version, status."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        client, method, path, *rest = record.args
        record.args = (client, method, str(path).partition("?")[0], *rest)
    return True
