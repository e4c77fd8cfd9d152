"""Keep secrets in exceptions out of the log."""

from __future__ import annotations

import textwrap
import traceback
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from gatewright.model import Challenge, Session

_SHORTEST_SECRET = 8
"""Characters. A shorter text is not one of our secrets, and replacing it would garble the traceback."""


def redacted_traceback(error: BaseException, *, secrets: Iterable[object]) -> str:
    """Return the traceback as indented text, with all ``secrets`` redacted.

    The indentation prevents a visitor's value with line breaks from passing as a line of the log.

    Args:
        error: What the hook raised.
        secrets: Texts to redact, and records that contain one.
    """
    text = "".join(traceback.format_exception(error))
    spellings = {spelling for holder in secrets for secret in _secrets_in(holder) for spelling in _spellings(secret)}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, "[redacted]")
    return textwrap.indent(text, "    ")


def _secrets_in(holder: object) -> Iterator[str]:
    match holder:
        case str() if len(holder) >= _SHORTEST_SECRET:
            yield holder
        case Session(token=str(token)):
            yield token
        case Challenge(challenge_text=text):
            yield text


def _spellings(secret: str) -> tuple[str, ...]:
    """Return how a secret may appear in an exception's text: plain, in a repr, in a URL."""
    quoted = quote(secret, safe="", errors="replace")
    return secret, repr(secret)[1:-1], quoted, quote(secret, errors="replace"), quoted.replace("%20", "+")
