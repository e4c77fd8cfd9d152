"""The frameworks whose example a browser visits."""

from __future__ import annotations

import pytest

NAMES = {"fastapi": "FastAPI", "flask": "Flask", "django": "Django"}


def case_of(name):
    """A framework as a case of a test: who changes pages looks at one of them first."""
    marks = [] if name == "fastapi" else [pytest.mark.long]
    return pytest.param(name, marks=[*marks, pytest.mark.xdist_group(f"browser-{name}")])


on_every_framework = pytest.mark.parametrize("application", [*map(case_of, NAMES)], indirect=True, scope="session")
"""For what an example has of its own, and for one walk through it: all else is the same bytes under every framework."""
