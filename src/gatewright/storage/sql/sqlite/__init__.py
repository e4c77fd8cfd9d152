"""The store in a SQLite file, through Python's own driver, with one writer at a time."""
