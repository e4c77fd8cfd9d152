"""The store, one port a file."""
