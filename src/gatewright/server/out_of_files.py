"""Log only once a minute that no file descriptor is left for another connection, rather than fill the disk."""

from __future__ import annotations

import asyncio
import errno
import logging
from typing import Any

_logger = logging.getLogger("gatewright.server")

_SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_PAUSE = 60.0
"""Minimum seconds between two log lines."""


def tell_seldom(loop: asyncio.AbstractEventLoop) -> None:
    """Limit how often an event loop logs that it cannot accept a connection; it reports all other errors as before.

    asyncio itself retries every second, and logs a traceback for each connection that the backlog may hold: about fifty
    thousand lines per second if a client opens more connections than the process may have open files.
    """
    others, last = loop.get_exception_handler(), float("-inf")

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal last
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _SCARCE and "accept" in context.get("message", ""):
            if loop.time() - last >= _PAUSE:
                last = loop.time()
                _logger.error(
                    "Cannot accept more connections: %s. New ones have to wait. Raise the limit of open files (ulimit "
                    "-n, LimitNOFILE=), and limit the connections per client in a reverse proxy.",
                    error.strerror,
                )
        elif others is None:
            loop.default_exception_handler(context)
        else:
            others(loop, context)

    loop.set_exception_handler(tell)
