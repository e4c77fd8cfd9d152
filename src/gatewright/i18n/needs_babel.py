"""Say what to install where Babel is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gatewright.errors import ConfigurationError


@contextmanager
def needs_babel() -> Iterator[None]:
    """Guard an import of Babel, which is imported late: whoever shows no pages and sends no mails does without.

    Raises:
        ConfigurationError: If Babel is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigurationError("Pages and mails need Babel: pip install 'gatewright[pages]'.") from error
