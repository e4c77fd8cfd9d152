"""Pages at other paths, and routes of the application at theirs."""

from __future__ import annotations

import logging

import flask

PASSWORD = "correct horse battery staple"


def lines(caplog):
    return [each.getMessage() for each in caplog.records if each.name == "gatewright.web"]


def test_a_moved_page_has_its_name(make_app, open_browser):
    """``url_for`` follows; a page that is switched off has none."""
    app = make_app(page_paths="account=/my/account,signup=", api_path="/my/api")
    with app.test_request_context():
        assert flask.url_for("gatewright.account") == "/my/account"
        assert "gatewright.signup" not in {rule.endpoint for rule in app.url_map.iter_rules()}
    app.get("/signup", endpoint="own_signup")(lambda: "own signup")
    app.get("/account", endpoint="own_account")(lambda: "own account")
    browser = open_browser(app)
    assert (browser.get("/signup").text, browser.get("/account").text) == ("own signup", "own account")
    assert browser.get("/my/account").location == "/login?next=%2Fmy%2Faccount"
    assert browser.get("/my/api/session").status == 200


def test_a_hidden_route_is_named_once(app, browser, caplog):
    """With the first request, when every route is known: those that came after the pages, those of blueprints."""
    blueprint = flask.Blueprint("members", __name__, url_prefix="/api")
    blueprint.get("/session")(lambda: "own session")
    app.register_blueprint(blueprint)
    app.get("/account", endpoint="own_account")(lambda: "own account")
    app.get("/email_verification/<int:number>", endpoint="number")(lambda number: "number")
    app.get("/<path:anything>", endpoint="anything")(lambda anything: "any")
    app.get("/<anything>/x", endpoint="x")(lambda anything: "any")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            browser.get("/")

    said = sorted(lines(caplog))
    assert len(said) == 3
    assert "own_account" in said[0]
    assert "GATEWRIGHT_PAGE_PATHS='account=/my/account'" in said[0]
    assert "/api/session (" in said[1]
    assert "number" in said[2]


def test_an_application_without_such_routes_hears_nothing(app, browser, caplog):
    """Nor of our own names."""
    browser.get("/")
    assert lines(caplog) == []


def test_pages_below_a_prefix_hide_nothing_beside_it(make_app, open_browser, caplog):
    """There is room."""
    app = make_app(url_prefix="/auth")
    app.get("/account", endpoint="own")(lambda: "own account")
    app.get("/auth/account", endpoint="hidden")(lambda: "hidden")
    assert open_browser(app).get("/account").text == "own account"
    assert len(lines(caplog)) == 1
    assert "/auth/account" in lines(caplog)[0]
