"""Read what is left of a body that is refused, so that its sender gets the answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

MOST_DROPPED = 16 * 1024 * 1024
"""In bytes. Whoever sends still more to a page has not looked at its form."""
_AT_ONCE = 64 * 1024


def drop_rest(read: Callable[[int], bytes]) -> None:
    """Read and drop what is left of a body, after the answer and before the server closes the connection.

    A server that closes a connection with bytes unread resets it, and a client that is still sending loses the answer
    (RFC 9112, section 9.6).

    Args:
        read: Returns at most so many bytes of the body, and none at its end.
    """
    left = MOST_DROPPED
    with suppress(OSError):  # the client has gone, or has had enough
        while left > 0 and (chunk := read(_AT_ONCE)):
            left -= len(chunk)
