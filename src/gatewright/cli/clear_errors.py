"""Make every command fail with one clear line and an exit code, never with a traceback."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from errno import ENOSPC
from functools import wraps
from typing import ParamSpec

import typer

from gatewright.cli.exit_codes import exit_code_of
from gatewright.cli.output import printable
from gatewright.errors import ConfigurationError, GatewrightError

P = ParamSpec("P")


def with_clear_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Wrap a command so that it reports errors on stderr: as a line or, with ``--json``, as a JSON document."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("as_json"))
        _show_warnings(are_wanted=not as_json)
        try:
            command(*args, **kwargs)
        except BrokenPipeError:
            raise
        except OSError as error:
            if error.errno == ENOSPC and error.filename is None:
                raise  # the output cannot be written: the caller reports it
            cause = error.strerror or str(error)
            place = f": {error.filename}" if error.filename else ""
            raise _tell(ConfigurationError(f"{cause}{place}."), as_json=as_json) from error
        except GatewrightError as error:
            raise _tell(error, as_json=as_json) from error

    return run


def _tell(error: GatewrightError, *, as_json: bool) -> typer.Exit:
    if as_json:
        text = json.dumps({"error": {"code": error.code, "message": str(error)}})
    else:
        text = f"error: {printable(str(error))}"
    print(text, file=sys.stderr)
    return typer.Exit(exit_code_of(error))


def _show_warnings(*, are_wanted: bool) -> None:
    """Log to stderr, or nowhere if a program reads stderr as one document."""
    handler = logging.StreamHandler() if are_wanted else logging.NullHandler()
    logging.basicConfig(format="%(levelname)s: %(message)s", handlers=[handler])
