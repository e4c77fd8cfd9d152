"""Detect commits without reading a table, and mostly without asking SQLite.

``PRAGMA data_version`` tells whether anybody has committed, but is a statement, which takes two locks. The index of the
write-ahead log tells it too: SQLite keeps it in a file that all processes map into their memory, and every commit
changes its header (sqlite.org/walformat.html, section 2.1). SQLite itself compares the header with the last one to
decide whether the pages that it has cached are current.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from gatewright.system import monotonic

_HEADER = 48
"""Bytes of the header's first copy, which a commit changes last: before that, it is not visible to anybody."""

_FORMAT = (3007000).to_bytes(4, sys.byteorder)
"""What the header begins with: the version of its format, which has not changed since 2010."""

_ASK_EVERY = 1.0
"""Seconds after which SQLite is asked, even if the header is unchanged."""

_DESCRIPTORS = Path("/proc/self/fd")


class CommitDetector:
    """Detects whether what a connection reads may have changed.

    The header is read through the descriptor that SQLite itself has opened, and keeps open as long as the connection.
    Opening the file again would be unsafe: to close it would drop all locks of this process on it
    (sqlite.org/howtocorrupt.html, section 2.2).

    Without such a descriptor (a database in memory, a system without ``/proc``) or if the header's format is unknown,
    SQLite is asked each time; otherwise once a second, in case a writer dies between a commit and its announcement.

    Args:
        connection: The connection.
        path: The file of its database; None for one in memory.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._path = path
        self._seen: tuple[bytes | None, int] | None = None
        self._version: tuple[int, int] | None = None
        self._ask_at = 0.0

    def has_changed(self) -> bool:
        """Return whether anybody has committed, or this connection has changed a row, since the last call.

        True at the first call, and after one in a transaction, which may still be rolled back. No statement of the
        connection may be in progress: it would keep reading what was committed before it began.

        Raises:
            sqlite3.Error: If the database refuses.
        """
        version, changes = self._version, self._connection.total_changes
        header = None if version is None else self._read_header()  # the index is not open before the first question
        if header is not None and (header, changes) == self._seen and monotonic() < self._ask_at:
            return False
        asked = (self._count_commits(), changes)
        self._seen, self._version = (header, changes), None if self._connection.in_transaction else asked
        return asked != version

    def _count_commits(self) -> int:
        """Return SQLite's count of commits by others (sqlite.org/pragma.html#pragma_data_version)."""
        ((commits,),) = self._cursor.execute("PRAGMA data_version")
        self._ask_at = monotonic() + _ASK_EVERY
        return int(commits)

    def _read_header(self) -> bytes | None:
        """Return the header, or None if it cannot be read, or its format is unknown."""
        if self._index is None:
            return None
        try:
            header = os.pread(self._index, _HEADER, 0)
        except OSError:
            return None
        return header if header.startswith(_FORMAT) else None

    @cached_property
    def _index(self) -> int | None:
        """SQLite's descriptor of the index."""
        if self._path is None:
            return None
        name = Path(f"{self._path.resolve()}-shm")
        with suppress(OSError):
            for descriptor in _DESCRIPTORS.iterdir():
                with suppress(OSError):  # closed by another thread since
                    if descriptor.readlink() == name:
                        return int(descriptor.name)
        return None
