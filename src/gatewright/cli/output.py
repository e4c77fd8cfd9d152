"""What the commands print: data on stdout, messages for people on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

if TYPE_CHECKING:
    from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]

_UNLIMITED_WIDTH = 100_000


def write_json(document: Mapping[str, Any]) -> None:
    """Print a command's JSON document; datetimes become ISO text."""
    print(json.dumps(document, indent=2, default=_text_of))


def note(text: str) -> None:
    """Print a message for people, which is not data."""
    print(text, file=sys.stderr)


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, styles: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Print a table that never truncates a cell, whatever characters it holds.

    Args:
        columns: The headings.
        rows: The cells, as they are; control characters are shown escaped.
        styles: Rich styles for cells with exactly these texts.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell), style=styles.get(cell, "")) for cell in row))
    console_on(sys.stdout).print(table)


def console_on(stream: TextIO) -> Console:
    """Return a Rich console that colours and wraps only on a terminal, and never reads text as markup."""
    from rich.console import Console

    is_terminal = stream.isatty()
    return Console(
        file=stream,
        force_terminal=is_terminal,
        width=None if is_terminal else _UNLIMITED_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )


def printable(text: str) -> str:
    """Return ``text`` as one line that cannot affect a terminal: unprintable characters are escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _text_of(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
