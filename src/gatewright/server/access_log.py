"""Keep secrets out of uvicorn's access log: query strings, where clients put tokens, and the links of mails."""

from __future__ import annotations

import logging
import re

from gatewright.web.routes import PATHS

_LINKS = "|".join(re.escape(path.partition("{token}")[0]) for path in PATHS.values() if "{token}" in path)
_LINK = re.compile(rf"^((?:/api)?(?:{_LINKS}))[^/]+")


def hide_secrets() -> None:
    """Let the access log show paths only, without the secrets of links. Doing it twice is doing it once."""
    logging.getLogger("uvicorn.access").addFilter(_without_secrets)


def _without_secrets(record: logging.LogRecord) -> bool:
    """Shorten the path among the record's arguments: client, method, path, HTTP version, status."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        client, method, path, *rest = record.args
        record.args = (client, method, _LINK.sub(r"\1...", str(path).partition("?")[0]), *rest)
    return True
