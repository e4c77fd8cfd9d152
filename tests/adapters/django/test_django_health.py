"""The checks of the process, where a project asks for them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("health_path", ["/", "/internal"])
def test_the_checks_lie_where_the_setting_says(change, open_browser, assert_well, health_path):
    """At the root, or below a path, under WSGI and ASGI."""
    change(health_path=health_path)
    browser = open_browser()
    browser.get("/unlooked")  # which makes the database

    assert_well(browser, health_path.rstrip("/"))


def test_without_the_setting_there_are_none(browser):
    """What the project has there is its own."""
    assert browser.get("/healthz").status in (301, 404)
    assert browser.get("/readyz").status in (301, 404)
