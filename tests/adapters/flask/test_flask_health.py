"""The checks of the process, where an application asks for them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("health_path", "prefix"), [("/", ""), ("/internal", ""), ("/", "/auth")])
def test_the_checks_lie_where_the_setting_says(make_app, open_browser, assert_well, health_path, prefix):
    """Below the pages, or at the root."""
    browser = open_browser(make_app(health_path=health_path, url_prefix=prefix))

    assert_well(browser, prefix + health_path.rstrip("/"))


def test_without_the_setting_there_are_none(app, browser):
    """What the application has there is its own."""
    app.get("/healthz", endpoint="own")(lambda: "own")

    assert browser.get("/healthz").text == "own"
    assert browser.get("/readyz").status == 404
