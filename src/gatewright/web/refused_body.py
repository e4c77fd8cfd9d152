"""Read the rest of a refused body, so that its sender gets the response."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

MOST_DROPPED = 16 * 1024 * 1024
"""In bytes. Clients that send even more are not using the page's form."""
_AT_ONCE = 64 * 1024


def drop_rest(read: Callable[[int], bytes]) -> None:
    """Read and discard the rest of a body, after the response and before the server closes the connection.

    A server that closes a connection with unread bytes resets it, and a client that is still sending loses the response
    (RFC 9112, section 9.6).

    Args:
        read: Returns at most the given number of bytes of the body, and none at its end.
    """
    left = MOST_DROPPED
    with suppress(OSError):  # the client has disconnected
        while left > 0 and (chunk := read(_AT_ONCE)):
            left -= len(chunk)
