"""Choose the language for a visitor."""

from __future__ import annotations

import re

from gatewright.i18n.languages import LANGUAGES, SOURCE_LANGUAGE

_RANGE = re.compile(
    r"\s*(?P<range>[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q=(?P<weight>[01](?:\.\d{0,3})?)\s*)?", re.IGNORECASE
)
_MOST_CHARACTERS = 1000
_TRADITIONAL = {"tw", "hk", "mo"}
"""Regions where Chinese is written in the traditional script unless the range names another (CLDR, likely subtags)."""


def choose_language(accept_language: str | None, *, fixed: str | None = None) -> str:
    """Return the language to respond in: of our languages, the one that the visitor prefers.

    A regional variety counts as its language: a reader of ``pt-BR`` or ``zh-Hans`` gets ours. A different script does
    not (RFC 4647, section 3.4): our Chinese is simplified, so a reader of the traditional script gets it only if
    they accept no other language of ours. Unreadable parts of a header are skipped, and only the beginning of an
    implausibly long one is read.

    Args:
        accept_language: The ``Accept-Language`` header (RFC 9110, section 12.5.4), if any.
        fixed: The language that the application uses for everybody, if any.
    """
    if fixed is not None:
        return fixed
    found = (_RANGE.fullmatch(part) for part in (accept_language or "")[:_MOST_CHARACTERS].split(","))
    wanted = [(match["range"].lower().split("-"), float(match["weight"] or 1)) for match in found if match]
    ours = [(tag, weight) for tag, weight in wanted if tag[0] in LANGUAGES and weight > 0]
    reads_traditional = any(_is_traditional(tag) for tag, _ in ours)
    written = [
        (tag, weight)
        for tag, weight in ours
        if not (_is_traditional(tag) or (reads_traditional and tag == ["zh"]))  # browsers add the bare zh to zh-TW
    ]
    return max(written or ours, key=lambda one: one[1], default=([SOURCE_LANGUAGE], 0))[0][0]


def _is_traditional(tag: list[str]) -> bool:
    language, *rest = tag
    return language == "zh" and "hans" not in rest and ("hant" in rest or not _TRADITIONAL.isdisjoint(rest))
