"""What the command's exit code tells a script."""

from __future__ import annotations

from enum import IntEnum

from gatewright.errors import (
    AuthenticationError,
    GatewrightError,
    InvalidParameterError,
    PermissionNotFoundError,
    RateLimitError,
    TakenError,
)


class ExitCode(IntEnum):
    """The exit codes. 130 is Ctrl-C, as everywhere."""

    DONE = 0
    """Done, or the answer is yes."""
    NO = 1
    """The answer is no: an invalid signature, nothing to revoke, no such user, a bad line, something unsafe."""
    BAD_INPUT = 2
    """An argument or the input is not acceptable."""
    UNAVAILABLE = 3
    """The configuration, the store or a user provider does not work, or is too busy."""


def exit_code_of(error: GatewrightError) -> ExitCode:
    """Return the exit code for ``error``."""
    match error:
        case InvalidParameterError() | RateLimitError():
            return ExitCode.BAD_INPUT
        case AuthenticationError() | PermissionNotFoundError() | TakenError():
            return ExitCode.NO
        case _:
            return ExitCode.UNAVAILABLE
