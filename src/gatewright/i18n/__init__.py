"""The languages of pages and emails: which ones exist, which one a visitor reads, and our texts in each."""

from __future__ import annotations

from gatewright.i18n.catalogs import translations_for as translations_for
from gatewright.i18n.choose_language import choose_language as choose_language
from gatewright.i18n.format_moment import format_moment as format_moment
from gatewright.i18n.languages import LANGUAGE_NAMES as LANGUAGE_NAMES
from gatewright.i18n.languages import LANGUAGES as LANGUAGES
