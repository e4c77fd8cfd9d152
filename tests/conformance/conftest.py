"""The example applications, and one on Starlette alone, side by side."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from running_examples import running

SETTINGS = {"trusted_proxies": "127.0.0.1,10.0.0.0/8", "trusted_origins": "https://app.example"}


@pytest.fixture(scope="session")
def applications(tmp_path_factory):
    """One for each framework, all with the same users and the same name."""
    folder = tmp_path_factory.mktemp("applications")
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(running(name, folder, site_name="Django example", **SETTINGS))
            for name in ("starlette", "fastapi", "flask", "django")
        }
