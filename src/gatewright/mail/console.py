"""Print emails to the terminal, for development."""

from __future__ import annotations

import sys

from gatewright.model import Mail

_RULE = "-" * 72


class ConsoleMailer:
    """Prints emails, including links, to stderr, where a developer can follow them."""

    def send(self, mail: Mail) -> None:
        """Print the text of an email."""
        lines = [_RULE, f"To: {mail.to}", f"Subject: {mail.subject}", "", *mail.text.splitlines(), _RULE]
        # In a single write, because threads and processes print concurrently.
        print("\n".join(map(_printable, lines)), file=sys.stderr, flush=True)


def _printable(line: str) -> str:
    """Escape everything in a line that could control a terminal, such as names that users have chosen."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in line
    )
