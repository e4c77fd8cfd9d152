"""Fixtures of this folder: every page, rendered with sample data, and a reader of its HTML."""

from __future__ import annotations

import pytest

from i18n.sample_pages import SAMPLES, render


@pytest.fixture(params=sorted(SAMPLES), scope="session")
def page(request) -> str:
    """The HTML of one page, in English."""
    return render(request.param, "en")
