"""The blocking facade, written by ``tools/write_facades.py`` from the asynchronous one. Never edit a file in here."""
