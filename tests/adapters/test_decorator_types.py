"""What a type checker makes of a view that a decorator guards."""

from __future__ import annotations

import subprocess
import sys

import pytest

VIEWS = """
from typing import Any, assert_type
from collections.abc import Awaitable, Callable

from gatewright.adapters import django, flask, starlette

def view(request: int, /) -> str:
    return ''

assert_type(flask.fresh_required(view), Callable[[int], str])
assert_type(flask.fresh_required(minutes=5, aal=2)(view), Callable[[int], str])
assert_type(flask.role_required("admin")(view), Callable[[int], str])
assert_type(django.fresh_required(view), Callable[[int], str])
assert_type(django.fresh_required(minutes=5, aal=2)(view), Callable[[int], str])
assert_type(django.login_required(view), Callable[[int], str])
assert_type(starlette.fresh_required(view), Callable[..., Awaitable[Any]])
assert_type(starlette.fresh_required(minutes=5)(view), Callable[..., Awaitable[Any]])
"""


@pytest.mark.long
def test_a_guarded_view_keeps_its_type(tmp_path):
    """With parentheses and without, in the strictest mode."""
    file = tmp_path / "views.py"
    file.write_text(VIEWS)
    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", tmp_path / "cache", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.stdout.startswith("Success"), said.stdout + said.stderr
