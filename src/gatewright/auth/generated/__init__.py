"""The blocking facades, written by ``tools/write_facades.py`` from the asynchronous ones. Never edit a file in here."""
