"""Ask for confirmation of something that cannot be undone."""

from __future__ import annotations

import sys

import typer

from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import note

_LONGEST_ANSWER = 100


def confirm(question: str) -> None:
    """Ask on stderr, so that stdout stays data, and return only if the answer is yes.

    Raises:
        typer.Exit: With `ExitCode.NO` for any other answer, the end of standard input and Ctrl-C.
    """
    try:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.buffer.readline(_LONGEST_ANSWER)
    except KeyboardInterrupt:
        answer = b""
    if answer.strip().lower() not in (b"y", b"yes"):
        note("Nothing was done.")
        raise typer.Exit(ExitCode.NO)
