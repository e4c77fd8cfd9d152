"""The languages of our texts."""

from __future__ import annotations

LANGUAGE_NAMES = {
    "en": "English",
    "es": "Español",
    "it": "Italiano",
    "de": "Deutsch",
    "fr": "Français",
    "pt": "Português",
    "ja": "日本語",
    "zh": "中文",
}
"""Code (ISO 639-1) -> the language's own name."""

LANGUAGES = tuple(LANGUAGE_NAMES)
SOURCE_LANGUAGE = "en"
"""The language that the code is written in; it needs no catalog."""
