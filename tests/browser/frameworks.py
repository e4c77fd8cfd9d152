"""The frameworks whose example a browser visits."""

from __future__ import annotations

import pytest

NAMES = {"fastapi": "FastAPI", "flask": "Flask", "django": "Django"}


def case_of(name):
    """A framework as a case of a test: who changes pages looks at one of them first."""
    marks = [] if name == "fastapi" else [pytest.mark.long]
    return pytest.param(name, marks=[*marks, pytest.mark.xdist_group(f"browser-{name}")])


on_one_framework = pytest.mark.parametrize("application", [case_of("fastapi")], indirect=True, scope="session")
"""For how pages look that are gatewright's own, and the same bytes under every framework."""
