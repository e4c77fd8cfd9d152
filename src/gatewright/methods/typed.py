"""What people type where a code is asked for."""

from __future__ import annotations

from unicodedata import category, decimal

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The characters that Japanese and Chinese keyboards type where ASCII is meant (Unicode, block FF00)."""

_LEFT_OUT = frozenset({"Pd", "Cf"})
"""Dashes, and what nobody sees, such as the marks of direction that are copied with a number."""

_MINUS = "\N{MINUS SIGN}"


def read_typed(value: object) -> str:
    """Return a code without what people add to read it: spaces and dashes. What is no text is empty.

    Digits of other scripts, which an Arabic keyboard types for one, are those that they stand for.
    """
    if not isinstance(value, str):
        return ""
    if value.isascii():
        return "".join(value.replace("-", " ").split())
    return "".join(map(_as_meant, value.translate(_FULL_WIDTH)))


def _as_meant(character: str) -> str:
    if character.isspace() or character == _MINUS or category(character) in _LEFT_OUT:
        return ""
    return str(decimal(character, character))
