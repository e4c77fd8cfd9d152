"""The command ``gatewright``."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from gatewright.cli.exit_codes import ExitCode


def main() -> None:
    """Run the command; where its libraries are not installed, say how to install them."""
    if any(find_spec(library) is None for library in ("typer", "rich")):
        print('The command needs a few more libraries: pip install "gatewright[server]"', file=sys.stderr)
        raise SystemExit(ExitCode.UNAVAILABLE)
    try:
        from gatewright.cli.app import run
    except KeyboardInterrupt:  # before anything has begun, with nothing to tell
        raise SystemExit(130) from None
    run()
