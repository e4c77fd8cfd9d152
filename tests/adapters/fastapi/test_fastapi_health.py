"""The checks of the process, where an application asks for them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("health_path", ["/", "/internal"])
def test_the_checks_lie_where_the_setting_says(make_app, asgi, assert_well, health_path):
    """At the root, or below a path."""
    assert_well(asgi(make_app(settings={"health_path": health_path})).browser(), health_path.rstrip("/"))


def test_without_the_setting_there_are_none(make_app, asgi):
    """What the application has there is its own."""
    app = make_app()
    app.get("/healthz")(lambda: "own")
    browser = asgi(app).browser()

    assert browser.get("/healthz").text == '"own"'
    assert browser.get("/readyz").status == 404
