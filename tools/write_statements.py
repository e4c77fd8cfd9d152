"""Write the store's statements as each kind of database takes them, so that SQLAlchemy is not needed at run time.

Without an argument, write them; with ``--check``, fail if one is out of date. White space is not compared: versions
of SQLAlchemy break lines differently.
"""

from __future__ import annotations

import sys
from functools import cached_property
from inspect import getmembers

from gatewright.storage.sql.statements import file_of, read, written
from gatewright.storage.sql.statements.core import Statements

DIALECTS = ("sqlite", "postgresql")


def compiled(dialect: str) -> dict[str, str]:
    """Return every statement by its name."""
    statements = Statements(dialect)
    names = [name for name, _ in getmembers(Statements, lambda member: isinstance(member, cached_property))]
    return {name: "\n".join(filter(None, map(str.strip, getattr(statements, name).splitlines()))) for name in names}


def main() -> int:
    """Write the files, or check them."""
    return max(_check(dialect) if "--check" in sys.argv[1:] else _write(dialect) for dialect in DIALECTS)


def _write(dialect: str) -> int:
    file_of(dialect).write_text(written(compiled(dialect)))
    return 0


def _check(dialect: str) -> int:
    made, stands = compiled(dialect), read(file_of(dialect).read_text())
    stale = [name for name in made.keys() | stands.keys() if _plain(made.get(name)) != _plain(stands.get(name))]
    if stale:
        print(f"{file_of(dialect).name} is stale: {', '.join(sorted(stale))}. Run tools/write_statements.py.")
    return 1 if stale else 0


def _plain(sql: str | None) -> str:
    return " ".join((sql or "").split())


if __name__ == "__main__":
    sys.exit(main())
