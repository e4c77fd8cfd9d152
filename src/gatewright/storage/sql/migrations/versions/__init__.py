"""Revisions, oldest first. A released one never changes."""
