"""Pytest fixtures, loaded by the pytest11 entry point."""
