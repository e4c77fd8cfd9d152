"""Implementations of the store ports, for accounts, challenges and sessions."""
