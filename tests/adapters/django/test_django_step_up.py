"""Ask for a fresh proof, or a stronger one, by decorators, under WSGI and ASGI."""

from __future__ import annotations

import pytest

from adapters.step_up_cases import SETTINGS, StepUpCases


@pytest.fixture
def open_site(change, open_browser):
    change(**SETTINGS)
    return open_browser


class TestStepUp(StepUpCases):
    pass
