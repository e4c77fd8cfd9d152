"""Report what to install if Babel is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.errors import ConfigurationError


@contextmanager
def needs_babel() -> Iterator[None]:
    """Guard an import of Babel, which is deferred: without pages and emails it is not needed.

    Raises:
        ConfigurationError: If Babel is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigurationError("Pages and emails need Babel: pip install 'gatewright[pages]'.") from error
