"""The two formats of an import: from a line to its fields, by name."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import BinaryIO, Protocol

from gatewright.cli.user_import_lines import Line, join_quoted, read_lines
from gatewright.errors import InvalidParameterError

Fields = Mapping[str, object]


class Format(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSONL = "jsonl"


class Reader(Protocol):
    """Yields the lines of a file, and knows how to read one."""

    def lines(self) -> Iterator[Line]:
        """Yield the lines that hold a user each."""
        ...

    def fields_of(self, line: Line) -> Fields:
        """Return the fields on a line.

        Raises:
            InvalidParameterError: If they cannot be read. The reason quotes nothing: the line holds secrets.
        """
        ...


def open_reader(file: BinaryIO, format_: Format) -> Reader:
    """Return the reader of a format.

    Raises:
        InvalidParameterError: If the file is empty, or CSV without a header.
    """
    return CSVReader(file) if format_ is Format.CSV else JSONReader(file)


class CSVReader:
    """Comma-separated values whose first line names the columns (RFC 4180)."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = join_quoted(read_lines(file))
        header = next(self._lines)
        try:
            self._columns = _columns_of(header)
        except InvalidParameterError as error:
            raise InvalidParameterError(f"The header cannot be used. {error}") from None

    def lines(self) -> Iterator[Line]:
        """Implement `Reader`."""
        return self._lines

    def fields_of(self, line: Line) -> Fields:
        """Implement `Reader`."""
        cells = _cells_of(line)
        if len(cells) != len(self._columns):
            raise InvalidParameterError(
                f"It has {len(cells)} fields, and the header {len(self._columns)}. "
                'Quote what holds a comma, such as argon2 hashes: "$argon2id$...".'
            )
        return dict(zip(self._columns, cells, strict=True))


class JSONReader:
    """A JSON object a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = read_lines(file)

    def lines(self) -> Iterator[Line]:
        """Implement `Reader`."""
        return self._lines

    def fields_of(self, line: Line) -> Fields:
        """Implement `Reader`."""
        text = line.text()
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            reason = f"It is not one JSON object: {error.msg} at column {error.colno}."
            raise InvalidParameterError(reason) from None
        except (ValueError, RecursionError):
            raise InvalidParameterError("It holds a number or a depth that is no user's.") from None
        if not isinstance(fields, dict):
            raise InvalidParameterError("It is not one JSON object.")
        return fields


def _columns_of(line: Line) -> list[str]:
    """Return the names of the columns. What they are instead is not quoted: without a header they are a user."""
    columns = [cell.strip().lower() for cell in _cells_of(line)]
    if not {"username", "email"} & set(columns):
        raise InvalidParameterError(
            "It names neither a column username nor email. Begin the file with a line such as "
            "username,email,password_hash,active,verified,roles; for JSON lines say --format jsonl."
        )
    if len(set(columns)) < len(columns):
        raise InvalidParameterError("It names a column twice.")
    return columns


def _cells_of(line: Line) -> list[str]:
    if line.is_open:
        raise InvalidParameterError(f"A quotation mark is not closed up to line {line.last_number}, the file's end.")
    try:
        rows = list(csv.reader([line.text()], strict=True))
    except csv.Error as error:
        raise InvalidParameterError(f"It is no CSV: {error}.") from None
    return rows[0] if rows else []
