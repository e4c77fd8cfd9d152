"""For each line of input, end every session, or bring it back to life, and say so; the log restarts often."""

import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA synchronous=OFF")
connection.execute("PRAGMA wal_autocheckpoint=10")
for number, _ in enumerate(sys.stdin):
    connection.execute("UPDATE sessions SET is_active = ?", (number % 2,))
    print(number % 2, flush=True)
