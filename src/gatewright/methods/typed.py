"""What people type where a code is asked for."""

from __future__ import annotations

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The characters that Japanese and Chinese keyboards type where ASCII is meant (Unicode, block FF00)."""


def read_typed(value: object) -> str:
    """Return a code without what people add to read it: spaces and dashes. What is no text is empty."""
    if not isinstance(value, str):
        return ""
    return "".join(value.translate(_FULL_WIDTH).replace("-", " ").split())
