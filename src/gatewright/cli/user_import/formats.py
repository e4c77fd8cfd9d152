"""The two import formats: from a line to its fields, by name."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import BinaryIO, Protocol

from gatewright.cli.user_import.lines import Line, join_quoted, read_lines
from gatewright.errors import InvalidParameterError

Fields = Mapping[str, object]

_NAMES = {"username", "email"}
"""Columns of which a file has at least one."""

_SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
_NOTHING = {"", "NULL", r"\N"}
"""How databases write NULL to a file: phpMyAdmin and SQL Server as a word, MySQL and PostgreSQL as an escape."""

_NULL = "null"
"""How others write it; it can mean something else only as a username."""


class Format(StrEnum):
    """The format of the file."""

    CSV = "csv"
    JSONL = "jsonl"


class Reader(Protocol):
    """Yields the lines of a file, and parses them."""

    def lines(self) -> Iterator[Line]:
        """Yield the lines, each of which holds a user."""
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
    """Separated values (RFC 4180) whose first line names the columns, and so shows what separates them."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = join_quoted(read_lines(file))
        header = next(self._lines)
        try:
            self._separator = _separator_of(header)
            self._columns = _columns_of(header, self._separator)
        except InvalidParameterError as error:
            raise InvalidParameterError(f"The header cannot be used. {error}") from None

    def lines(self) -> Iterator[Line]:
        """Implement `Reader`."""
        return self._lines

    def fields_of(self, line: Line) -> Fields:
        """Implement `Reader`."""
        cells = _cells_of(line, self._separator)
        if len(cells) != len(self._columns):
            raise InvalidParameterError(
                f"It has {len(cells)} fields, but the header has {len(self._columns)}. Quote what holds "
                f'{_SEPARATORS[self._separator]}; argon2 hashes, for example, hold commas: "$argon2id$...".'
            )
        return {
            name: None if _is_nothing(name, cell) else cell for name, cell in zip(self._columns, cells, strict=True)
        }


class JSONReader:
    """One JSON object per line."""

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
            raise InvalidParameterError("It holds too large a number, or is nested too deeply.") from None
        if not isinstance(fields, dict):
            raise InvalidParameterError("It is not one JSON object.")
        return fields


def _is_nothing(column: str, cell: str) -> bool:
    return cell in _NOTHING or (cell.lower() == _NULL and column != "username")


def _separator_of(header: Line) -> str:
    """Return what separates the column names: a comma, unless another one yields more known names."""

    def names_in(separator: str) -> int:
        try:
            return len(_NAMES & {*_named(header, separator)})
        except InvalidParameterError:
            return 0

    return max(_SEPARATORS, key=names_in)


def _columns_of(line: Line, separator: str) -> list[str]:
    """Return the names of the columns. Errors do not quote them: without a header, they are a user's data."""
    columns = _named(line, separator)
    if not _NAMES & {*columns}:
        raise InvalidParameterError(
            "It names neither a column username nor a column email. Begin the file with a line such as "
            "username,email,password_hash,active,verified,roles; for JSON lines, use --format jsonl."
        )
    if len(set(columns)) < len(columns):
        raise InvalidParameterError("It names a column twice.")
    return columns


def _named(header: Line, separator: str) -> list[str]:
    return [cell.strip().lower() for cell in _cells_of(header, separator)]


def _cells_of(line: Line, separator: str) -> list[str]:
    if line.is_open:
        raise InvalidParameterError(f"A quotation mark is still open at line {line.last_number}, the end of the file.")
    try:
        rows = list(csv.reader([line.text()], delimiter=separator, strict=True))
    except csv.Error as error:
        raise InvalidParameterError(f"It is not CSV: {error}.") from None
    return rows[0] if rows else []
