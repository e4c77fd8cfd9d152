"""The store, one port per file."""
