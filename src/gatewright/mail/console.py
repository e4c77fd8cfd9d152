"""Mails for development: they go no further than the terminal."""

from __future__ import annotations

import sys

from gatewright.model import Mail

_RULE = "-" * 72


class ConsoleMailer:
    """Prints mails to stderr, links and all, where a developer can follow them."""

    def send(self, mail: Mail) -> None:
        """Print the text of a mail."""
        lines = [_RULE, f"To: {mail.to}", f"Subject: {mail.subject}", "", *mail.text.splitlines(), _RULE]
        # In one piece, since threads and processes print side by side.
        print("\n".join(map(_printable, lines)), file=sys.stderr, flush=True)


def _printable(line: str) -> str:
    """Return a line that can do nothing to a terminal, whatever names people have given themselves."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in line
    )
