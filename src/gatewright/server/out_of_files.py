"""Say once in a while that there is no file left for another connection, instead of filling the disk with it."""

from __future__ import annotations

import asyncio
import errno
import logging
from typing import Any

_logger = logging.getLogger("gatewright.server")

_SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_PAUSE = 60.0
"""Seconds from one line to the next."""


def tell_seldom(loop: asyncio.AbstractEventLoop) -> None:
    """Have an event loop tell seldom that it cannot take a connection; whatever else it tells it tells as before.

    asyncio itself tries again each second, and writes a traceback for as many connections as may wait: some fifty
    thousand lines, each second, for whoever opens more connections than the process may have files.
    """
    others, last = loop.get_exception_handler(), float("-inf")

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal last
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _SCARCE and "accept" in context.get("message", ""):
            if loop.time() - last >= _PAUSE:
                last = loop.time()
                _logger.error(
                    "No more connections can be taken: %s. They wait. Let the process have more files (ulimit -n, "
                    "LimitNOFILE=), and a proxy before it that bounds what one client may open.",
                    error.strerror,
                )
        elif others is None:
            loop.default_exception_handler(context)
        else:
            others(loop, context)

    loop.set_exception_handler(tell)
