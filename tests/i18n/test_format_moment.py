"""How a moment is written."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gatewright.errors import ConfigurationError
from gatewright.i18n import format_moment

MOMENT = datetime(2026, 3, 1, 9, 30, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "date"),
    [
        ("en", "1 Mar 2026"),
        ("es", "1 mar 2026"),
        ("it", "1 mar 2026"),
        ("de", "01.03.2026"),
        ("fr", "1 mars 2026"),
        ("pt", "1 de mar. de 2026"),
        ("ja", "2026/03/01"),
        ("zh", "2026年3月1日"),
    ],
)
def test_a_moment_is_written_as_its_readers_write_it(language, date):
    """The date in the language's order, the minute by 24 hours, and which zone that is."""
    assert re.fullmatch(re.escape(date) + ",? 0?9:30 UTC", format_moment(MOMENT, language))


def test_a_moment_of_another_zone_is_written_in_utc():
    """Pages show one zone."""
    assert format_moment(MOMENT.astimezone(timezone(timedelta(hours=-11))), "en") == "1 Mar 2026, 09:30 UTC"


def test_moments_without_babel_say_what_to_install(monkeypatch):
    """A missing package is no riddle."""
    monkeypatch.setitem(sys.modules, "babel.dates", None)
    with pytest.raises(ConfigurationError, match=re.escape("pip install 'gatewright[pages]'")):
        format_moment(MOMENT, "en")
