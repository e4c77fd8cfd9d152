"""Forms as ``multipart/form-data`` (RFC 7578), which ``FormData`` and the test clients of frameworks send.

The body is small and already in memory, so it is split, not streamed. Malformed forms are refused as a whole: an
ambiguous form must not be interpreted at all. Files are ignored: none of gatewright's forms asks for one.
"""

from __future__ import annotations

import re

from gatewright.errors import TransportError

MULTIPART = "multipart/form-data"

_BOUNDARY = re.compile(r""";\s*boundary=(?:"([^"]*)"|([^\s;"]*))""", re.IGNORECASE)
_IS_BOUNDARY = re.compile(r"[\w'()+,./:=? -]{0,199}[\w'()+,./:=?-]", re.ASCII)
"""As in RFC 2046, section 5.1.1, but longer: its limit of 70 is one that servers do not enforce, and that Werkzeug's
test client exceeds once in a few hundred forms.
"""

_PADDING = re.compile(rb"[ \t]*(?=\r\n)")
_VALUE = rb'(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))'
_PARAMETERS = rb"((?:\s*;\s*[\w*-]+=" + _VALUE + rb")*)\s*;?\s*"
_DISPOSITION = re.compile(rb"content-disposition:\s*form-data" + _PARAMETERS, re.IGNORECASE | re.DOTALL)
_PARAMETER = re.compile(rb"([\w*-]+)=" + _VALUE, re.DOTALL)
_ENCODING = re.compile(rb"content-transfer-encoding:(?!\s*(?:7bit|8bit|binary)\s*$)", re.IGNORECASE)
"""How emails encode non-ASCII text. Browsers never do (RFC 7578, section 4.7), and some servers do not decode it."""

_LONGEST_HEAD = 2000
"""Bytes. The headers of a part hold the name of a field, and perhaps that of a file."""


def fields_in(body: bytes, content_type: str, *, at_most: int) -> list[tuple[str, str]]:
    """Return the fields of a form in their order, as pairs of name and value.

    Args:
        body: The whole body.
        content_type: The header, which contains the boundary.
        at_most: How many parts there may be, files included.

    Raises:
        TransportError: 400, if the body is not a valid form, or has more parts.
    """
    delimiter = b"\r\n--" + _boundary_in(content_type)
    _, *parts = (b"\r\n" + body).split(delimiter, at_most + 1)
    if not parts or not parts.pop().startswith(b"--") or len(parts) > at_most:
        raise TransportError(status=400)
    return [field for field in map(_field_in, parts) if field is not None]


def _boundary_in(content_type: str) -> bytes:
    found: list[str] = [quoted or plain for quoted, plain in _BOUNDARY.findall(content_type)]
    if len(found) != 1 or not _IS_BOUNDARY.fullmatch(found[0]):
        raise TransportError(status=400)
    return found[0].encode()


def _field_in(part: bytes) -> tuple[str, str] | None:
    """Return name and value of a part, or None if it is a file."""
    padding = _PADDING.match(part)
    head, is_whole, value = part.partition(b"\r\n\r\n")
    if padding is None or not is_whole or len(head) > _LONGEST_HEAD:
        raise TransportError(status=400)
    lines = head[padding.end() :].split(b"\r\n")
    found = [line for line in lines if line.lower().startswith(b"content-disposition:")]
    disposition = _DISPOSITION.fullmatch(found[0]) if len(found) == 1 else None
    if disposition is None or any(map(_ENCODING.match, lines)):
        raise TransportError(status=400)
    parameters = [(key.lower(), quoted or plain) for key, quoted, plain in _PARAMETER.findall(disposition[1])]
    names = [(key, text) for key, text in parameters if key.startswith(b"name")]
    if [key for key, _ in names] != [b"name"]:  # RFC 5987's name* is not for forms, but some servers prefer it
        raise TransportError(status=400)
    if any(key.startswith(b"filename") for key, _ in parameters):
        return None
    return names[0][1].decode(errors="replace"), value.decode(errors="replace")
