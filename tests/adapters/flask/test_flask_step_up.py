"""Ask for a fresh proof, or a stronger one, by decorators."""

from __future__ import annotations

import pytest

from adapters.step_up_cases import SETTINGS, StepUpCases


@pytest.fixture
def open_site(make_app, open_browser):
    app = make_app(**SETTINGS)
    return lambda: open_browser(app)


class TestStepUp(StepUpCases):
    pass
