"""The checks of the process, where an application asks for them."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse


@pytest.mark.parametrize(("health_path", "mount"), [("/", ""), ("/internal", ""), ("/", "/auth")])
def test_the_checks_lie_where_the_setting_says(make_app, asgi, assert_well, health_path, mount):
    """Below the pages, or at the root."""
    browser = asgi(make_app(health_path=health_path, mount=mount)).browser()

    assert_well(browser, mount + health_path.rstrip("/"))


def test_without_the_setting_there_are_none(make_app, asgi):
    """What the application has there is its own."""
    app = make_app()
    app.add_route("/healthz", lambda request: PlainTextResponse("own"))
    browser = asgi(app).browser()

    assert browser.get("/healthz").text == "own"
    assert browser.get("/readyz").status == 404


def test_a_hidden_route_is_named(make_app, asgi, caplog):
    """The setting takes the application's path."""
    app = make_app(health_path="/")
    app.add_route("/healthz", lambda request: PlainTextResponse("own"))
    asgi(app).browser().get("/healthz")

    assert "/healthz" in caplog.text
    assert "GATEWRIGHT_HEALTH_PATH" in caplog.text
