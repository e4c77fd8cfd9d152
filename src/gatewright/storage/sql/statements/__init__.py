"""Every statement of the store, built in SQLAlchemy Core and precompiled by ``tools/write_statements.py``.

SQLAlchemy would take most of the time and memory of a start, and is not needed at run time.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from gatewright.storage.sql.statements.core import Statements as Statements

_NAME = "-- "


def file_of(dialect: str) -> Path:
    """Return the file with the statements for a kind of database, each below its name."""
    return Path(__file__).with_name(f"{dialect}.sql")


@cache
def statements_of(dialect: str) -> Statements:
    """Return the statements for a kind of database."""
    return cast("Statements", SimpleNamespace(**read(file_of(dialect).read_text())))


def read(text: str) -> dict[str, str]:
    """Parse the text of such a file into statements by name."""
    statements = (each.partition("\n") for each in text.split(f"\n\n{_NAME}")[1:])
    return {name: sql.rstrip("\n") for name, _, sql in statements}


def written(statements: dict[str, str]) -> str:
    """Return the text that `read` parses."""
    heading = "-- Written by tools/write_statements.py from the modules beside it. Never change this file by hand.\n"
    return heading + "".join(f"\n{_NAME}{name}\n{sql}\n" for name, sql in sorted(statements.items()))


def __getattr__(name: str) -> Any:
    """Import the classes that build the statements only on demand."""
    if name == "Statements":
        from gatewright.storage.sql.statements.core import Statements

        return Statements
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
