"""Format a time for people to read."""

from __future__ import annotations

from datetime import UTC, datetime

from gatewright.i18n.needs_babel import needs_babel

_WORLD_ENGLISH = {"en": "en_GB"}
"""An international format, 1 Mar 2026, 09:30; Babel's plain English is American."""


def format_moment(moment: datetime, language: str) -> str:
    """Return a time as its date and minute in UTC, such as ``1 Mar 2026, 09:30 UTC``, in one of our languages.

    Args:
        moment: The time, aware.
        language: The language.

    Raises:
        ConfigurationError: If Babel is not installed.
    """
    with needs_babel():
        from babel.dates import format_date, format_skeleton, get_datetime_format
    locale = _WORLD_ENGLISH.get(language, language)
    moment = moment.astimezone(UTC)
    time = format_skeleton("Hm", moment, tzinfo=UTC, locale=locale)
    together = str(get_datetime_format("medium", locale))
    return together.format(f"{time} UTC", format_date(moment, "medium", locale))
