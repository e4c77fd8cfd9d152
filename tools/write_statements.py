"""Write the statements of the store as SQLite takes them, so that nobody needs SQLAlchemy at work.

Without an argument it writes them; with ``--check`` it fails if one is not what would be written. White space is not
compared: SQLAlchemy breaks lines in another way in another version.
"""

from __future__ import annotations

import sys
from functools import cached_property
from inspect import getmembers

from gatewright.storage.sql.statements import COMPILED, read, written
from gatewright.storage.sql.statements.core import Statements


def compiled() -> dict[str, str]:
    """Return every statement by its name."""
    statements = Statements()
    names = [name for name, _ in getmembers(Statements, lambda member: isinstance(member, cached_property))]
    return {name: "\n".join(filter(None, map(str.strip, getattr(statements, name).splitlines()))) for name in names}


def main() -> int:
    """Write the file, or check it."""
    made = compiled()
    if "--check" not in sys.argv[1:]:
        COMPILED.write_text(written(made))
        return 0
    stands = read(COMPILED.read_text())
    stale = [name for name in made.keys() | stands.keys() if _plain(made.get(name)) != _plain(stands.get(name))]
    if stale:
        print(f"{COMPILED.name} is stale: {', '.join(sorted(stale))}. Run tools/write_statements.py.")
    return 1 if stale else 0


def _plain(sql: str | None) -> str:
    return " ".join((sql or "").split())


if __name__ == "__main__":
    sys.exit(main())
