"""Beside Flask-WTF, whose global ``CSRFProtect`` looks for a token in every form."""

from __future__ import annotations

import flask
import pytest
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import StringField

from gatewright.adapters.flask import FlaskAuth, current_user, login_required
from gatewright.testing import Browser

PASSWORD = "correct horse battery staple"
PAGE = """
<form method="post" action="{{ gatewright_path("logout") }}">
  <input name="csrf_token" value="{{ gatewright_csrf_token() }}">
</form>
<form method="post" action="/by-hand"><input name="csrf_token" value="{{ csrf_token() }}"><input name="note"></form>
<form method="post" action="/note">{{ form.hidden_tag() }}{{ form.note }}</form>
"""


class Note(FlaskForm):
    note = StringField()


def browser_of(app):
    client = app.test_client()

    def send(method, target, headers, body):
        answer = client.open(target, method=method, headers=list(headers), data=body)
        return answer.status_code, list(answer.headers), answer.data

    return Browser(send)


@pytest.fixture(params=["ours first", "theirs first", "ours late", "both late"])
def app(request, gatewright_settings, people):
    """An application that takes any path, with both; in every order of setting them up."""
    people.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
    app = flask.Flask("shop")
    app.config.update(
        SECRET_KEY="a secret of the application", GATEWRIGHT_DATABASE_URL=gatewright_settings.database_url
    )
    app.config.update(
        GATEWRIGHT_ARGON2_MEMORY_KIB=8, GATEWRIGHT_ARGON2_ITERATIONS=1, GATEWRIGHT_MAIL_DELIVERY="command"
    )
    ours, theirs = FlaskAuth(), CSRFProtect()
    if request.param == "ours first":
        ours.init_app(app)
    if request.param != "both late":
        theirs.init_app(app)
    if request.param == "theirs first":
        ours.init_app(app)

    @app.get("/page")
    @login_required
    def page():
        return flask.render_template_string(PAGE, form=Note())

    @app.post("/note")
    def note():
        form = Note()
        return form.note.data if form.validate_on_submit() else ("refused", 400)

    @app.post("/by-hand")
    def by_hand():
        return flask.request.form["note"] + current_user.username

    @app.route("/<path:anything>", methods=["GET", "POST"])
    def anything(anything):
        return f"any {anything}"

    if request.param == "both late":
        theirs.init_app(app)
    if request.param.endswith("late"):
        ours.init_app(app)
    yield app
    app.extensions["gatewright"].auth.close()


@pytest.fixture
def browser(app, log_in):
    """Signed in, by our form."""
    browser = browser_of(app)
    assert log_in(browser).location == "/"
    return browser


def test_our_pages_work(browser):
    """Forms, the JSON API, and the way out from a page of the application."""
    assert browser.submit(browser.get("/account").form("/account"), first_name="Anna").status == 303
    assert browser.send("POST", "/api/logout", headers=[("Content-Type", "application/json")], body=b"{}").status == 204


def test_our_form_on_a_page_of_the_application_works(browser):
    """Its token is ours, under our name."""
    assert browser.submit(browser.get("/page").form("/logout")).status == 303
    assert browser.get("/page").status == 401 or browser.get("/page").location.startswith("/login")


def test_the_applications_forms_work(browser):
    """Made by Flask-WTF, and by hand with its ``csrf_token()``."""
    page = browser.get("/page")
    assert browser.submit(page.form("/note"), note="hello").text == "hello"
    assert browser.submit(page.form("/by-hand"), note="hello ").text == "hello anna"


def test_each_keeps_its_own_protection(browser):
    """A token of the one is none of the other's."""
    page = browser.get("/page")
    ours, theirs = page.form("/logout").fields["csrf_token"], page.form("/by-hand").fields["csrf_token"]

    assert browser.post("/by-hand", {"csrf_token": ours, "note": "x"}).status == 400
    assert browser.post("/note", {"note": "x"}).status == 400
    assert browser.post("/elsewhere", {"x": "y"}).status == 400
    assert browser.post("/logout", {"csrf_token": theirs}).status == 403
    assert browser.get("/page").status == 200


@pytest.mark.parametrize("order", ["before", "after"])
def test_what_turns_visitors_away_stays_before_our_pages(gatewright_settings, people, order):
    """Only the look for another token is passed by, wherever it is among what runs before a view."""
    app = flask.Flask("shop")
    app.config.update(SECRET_KEY="x", GATEWRIGHT_DATABASE_URL=gatewright_settings.database_url)
    if order == "before":
        CSRFProtect(app)

    @app.before_request
    def closed():
        return flask.Response("closed", 503)

    if order == "after":
        CSRFProtect(app)
    FlaskAuth(app)
    assert browser_of(app).get("/login").status == 503
    assert browser_of(app).post("/login", {"username": "anna"}).status == 503
    app.extensions["gatewright"].auth.close()
