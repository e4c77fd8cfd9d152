"""Read a file as numbered lines, however long or broken they are, with never more than one in memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from gatewright.errors import InvalidParameterError

_LONGEST = 64 * 1024
"""Bytes in a user's line. Any more are skipped."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file, or several that a quoted field spans.

    Args:
        number: Where it begins; the first line is 1.
        last_number: Where it ends.
        size: How many bytes it has in the file.
        quotes: How many quotation marks it has.
        raw: Its first bytes, at most `_LONGEST` + 1.
    """

    number: int
    last_number: int
    size: int
    quotes: int
    raw: bytes = field(repr=False)

    @property
    def is_blank(self) -> bool:
        """Whether it holds only white space."""
        return not self.raw.strip()

    @property
    def is_open(self) -> bool:
        """Whether a quoted field continues after it."""
        return self.quotes % 2 == 1

    def text(self) -> str:
        """Return its text, without the line ending.

        Raises:
            InvalidParameterError: If it is too long or not UTF-8. The text is not quoted: it holds secrets.
        """
        if self.size > _LONGEST:
            raise InvalidParameterError(f"It has more than {_LONGEST:,} bytes, up to line {self.last_number}.")
        try:
            return self.raw.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise InvalidParameterError("It is not UTF-8 text. Save the file as UTF-8.") from None

    def __add__(self, following: Line) -> Line:
        raw = (self.raw + following.raw)[: _LONGEST + 1]
        size, quotes = self.size + following.size, self.quotes + following.quotes
        return Line(self.number, following.last_number, size, quotes, raw)


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """Yield the lines of a file, without its byte order mark.

    Raises:
        InvalidParameterError: If the file is empty.
    """
    number = 0
    while piece := file.readline(_LONGEST + 1):
        number += 1
        line = Line(number, number, len(piece), piece.count(b'"'), piece)
        while not piece.endswith(b"\n") and (piece := file.readline(_LONGEST + 1)):
            line += Line(number, number, len(piece), piece.count(b'"'), piece)
        yield line if number > 1 else _without_mark(line)
    if number == 0:
        raise InvalidParameterError("The file is empty.")


def join_quoted(lines: Iterator[Line]) -> Iterator[Line]:
    """Join lines that a quoted field spans (RFC 4180, section 2.6), however many, into one.

    A line within somebody's quoted text must never count as a separate user.
    """
    for line in lines:
        while line.is_open and (following := next(lines, None)) is not None:
            line += following
        yield line


def _without_mark(line: Line) -> Line:
    return Line(line.number, line.last_number, line.size, line.quotes, line.raw.removeprefix(codecs.BOM_UTF8))
