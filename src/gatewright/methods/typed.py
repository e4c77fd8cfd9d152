"""Normalise codes that people type."""

from __future__ import annotations

from unicodedata import category, decimal

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width characters, which Japanese and Chinese keyboards may type in place of ASCII (Unicode, block FF00)."""

_LEFT_OUT = frozenset({"Pd", "Cf"})
"""Dashes and invisible characters, such as direction marks that are copied along with a number."""

_MINUS = "\N{MINUS SIGN}"


def read_typed(value: object) -> str:
    """Return a code without spaces and dashes, which people add for readability. A value that is no string is empty.

    Digits of other scripts, such as those of an Arabic keyboard, are converted to ASCII.
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
