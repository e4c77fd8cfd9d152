"""The store in a SQLite file: connections of Python's own driver, one writer at a time."""
