"""Response bodies that a server has compressed although it was asked not to (RFC 9110, 8.4)."""

from __future__ import annotations

import zlib

_EITHER_HEADER = zlib.MAX_WBITS | 32
_NO_HEADER = -zlib.MAX_WBITS
_COMPRESSED = {"gzip", "x-gzip", "deflate"}


def decoded(body: bytes, encodings: str, *, at_most: int) -> bytes:
    """Decode a response body.

    Args:
        body: The body as received.
        encodings: The ``Content-Encoding`` header: the encodings in the order in which they were applied.
        at_most: The most bytes that it may decompress to, at each step: a few bytes can expand to gigabytes.

    Raises:
        ValueError: If it holds more, is damaged or incomplete, or uses an encoding other than gzip and deflate.
    """
    for encoding in reversed([name.strip().lower() for name in encodings.split(",")]):
        if encoding in _COMPRESSED:
            body = _inflated(body, at_most=at_most)
        elif encoding not in {"", "identity"}:
            raise ValueError(f"the encoding {encoding!r:.20} was not asked for")
    return body


def _inflated(body: bytes, *, at_most: int) -> bytes:
    content, rest = b"", body
    while rest:  # a gzip body may consist of several members
        part, rest = _inflated_once(rest, at_most=at_most - len(content))
        content += part
    return content


def _inflated_once(body: bytes, *, at_most: int) -> tuple[bytes, bytes]:
    """Return the content of the first compressed stream, and the bytes that follow it."""
    for header in (_EITHER_HEADER, _NO_HEADER):  # some servers send "deflate" without zlib's header
        stream = zlib.decompressobj(header)
        try:
            content = stream.decompress(body, at_most + 1)
        except zlib.error:
            continue
        if len(content) > at_most:
            raise ValueError("it is too large")
        if not stream.eof:
            raise ValueError("it is incomplete")
        return content, stream.unused_data
    raise ValueError("it is damaged")
