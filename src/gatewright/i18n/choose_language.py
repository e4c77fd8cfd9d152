"""Find the language of a visitor."""

from __future__ import annotations

import re

from gatewright.i18n.languages import LANGUAGES, SOURCE_LANGUAGE

_RANGE = re.compile(
    r"\s*(?P<language>[a-z]{1,8})(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=(?P<weight>[01](?:\.\d{0,3})?)\s*)?", re.IGNORECASE
)
_MOST_CHARACTERS = 1000


def choose_language(accept_language: str | None, *, fixed: str | None = None) -> str:
    """Return the language to answer in: of those that we write, the one that the visitor likes best.

    A regional variety counts as its language: who reads ``pt-BR`` or ``zh-Hans`` reads ours. What cannot be read of
    a header is skipped, and of a header that no browser sends only the beginning is looked at.

    Args:
        accept_language: The ``Accept-Language`` header (RFC 9110, section 12.5.4), if there is one.
        fixed: The language that the application has chosen for everybody, if it has.
    """
    if fixed is not None:
        return fixed
    found = (_RANGE.fullmatch(part) for part in (accept_language or "")[:_MOST_CHARACTERS].split(","))
    wanted = [(match["language"].lower(), float(match["weight"] or 1)) for match in found if match]
    ours = [(language, weight) for language, weight in wanted if language in LANGUAGES and weight > 0]
    return max(ours, key=lambda one: one[1], default=(SOURCE_LANGUAGE, 0))[0]
