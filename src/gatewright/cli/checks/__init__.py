"""The checks of ``gatewright doctor``. They only read: none creates a database, a secret or a file."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.cli.checks.database import check_database
from gatewright.cli.checks.deep import check_rows
from gatewright.cli.checks.environment import check_env_file, check_names, check_sqlite
from gatewright.cli.checks.finding import Finding as Finding
from gatewright.cli.checks.finding import Status as Status
from gatewright.cli.checks.keys import check_keys
from gatewright.cli.checks.methods import check_methods
from gatewright.cli.checks.redis import check_redis
from gatewright.cli.checks.settings import check_settings
from gatewright.errors import ConfigurationError
from gatewright.settings import load_settings


def examine(*, every_row: bool = False) -> Iterator[Finding]:
    """Run every check that can be run, even when something is broken.

    Args:
        every_row: Whether to read the whole database too, which takes a while if it is large.
    """
    yield check_sqlite()
    yield check_env_file()
    yield from check_names()
    try:
        settings = load_settings()
    except ConfigurationError as error:
        yield Finding("settings", Status.UNSAFE, "The settings cannot be read.", str(error))
        return
    yield from check_settings(settings)
    yield from check_keys(settings)
    yield from check_database(settings)
    yield from check_methods(settings)
    if every_row:
        yield from check_rows(settings)
    yield from check_redis(settings)
