"""The command ``gatewright``."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from gatewright.cli.exit_codes import ExitCode


def main() -> None:
    """Run the command, or say how to install its libraries if they are missing."""
    if any(find_spec(library) is None for library in ("typer", "rich")):
        print('The gatewright command needs more libraries: pip install "gatewright[server]"', file=sys.stderr)
        raise SystemExit(ExitCode.UNAVAILABLE)
    try:
        from gatewright.cli.app import run
    except KeyboardInterrupt:  # nothing has started yet, so there is nothing to report
        raise SystemExit(130) from None
    run()
