"""A small Flask application on the test's own database, and browsers to look at it."""

from __future__ import annotations

import flask
import pytest
from flask.views import MethodView, View

from gatewright import EvrmoreAuth
from gatewright.adapters.flask import (
    FlaskAuth,
    current_guard,
    current_user,
    fresh_required,
    fully_authenticated_required,
    login_required,
    permission_required,
    role_required,
    verified_required,
)
from wsgi_exchange import Wsgi


class Report(View):
    decorators = (login_required,)

    def dispatch_request(self):
        return f"report for {current_user.username}"


class Items(MethodView):
    def get(self):
        return "items"

    @role_required("admin")
    async def post(self):
        return "made"


def add_guarded_views(app):
    app.add_url_rule("/report", view_func=Report.as_view("report"))
    app.add_url_rule("/items", view_func=Items.as_view("items"))

    @app.route("/dashboard", methods=["GET", "POST"])
    @login_required
    def dashboard():
        return f"dashboard of {current_user.username}"

    @app.get("/async")
    @login_required
    async def asynchronous():
        return f"async {current_user.username}"

    @app.get("/admin")
    @role_required("admin")
    def admin():
        return "admin"

    @app.get("/edit")
    @permission_required("post.edit")
    def edit():
        return "edit"

    @app.get("/verified")
    @verified_required
    def verified():
        return "verified"

    @app.get("/sensitive")
    @fully_authenticated_required
    def sensitive():
        return "sensitive"


def add_step_up_views(app):
    @app.get("/recent")
    @fresh_required
    def recent():
        return "recent"

    @app.get("/strong")
    @fresh_required(minutes=5, aal=2)
    async def strong():
        return "strong"


def add_open_views(app):
    @app.get("/")
    def home():
        return f"hello {current_user.username}" if current_user.is_authenticated else "hello guest"

    @app.get("/open")
    def open_to_all():
        return "open"

    @app.get("/template")
    def template():
        return flask.render_template_string(
            "{% if current_user.is_authenticated %}{{ current_user.username }}{% else %}nobody{% endif %}"
            ' {{ gatewright_path("password_reset_form", token="t") }} {{ gatewright_csrf_token() }}'
        )

    @app.get("/count")
    def count():
        current_guard.session("visits", (current_guard.session("visits") or 0) + 1)
        return str(current_guard.session("visits"))

    @app.get("/cached")
    def cached():
        return flask.Response(current_user.username, headers={"Cache-Control": "private, max-age=60", "Vary": "Cookie"})

    @app.get("/twice")
    def twice():
        return f"{current_user.username} {current_user.id} {current_guard.user().username}"


def browser_of(app, *, peer="203.0.113.7", **options):
    """A browser whose requests go through WSGI into an application."""
    return Wsgi(app, REMOTE_ADDR=peer).browser(**options)


@pytest.fixture
def make_app(gatewright_settings, gatewright_clock):
    """Make applications on the test's database, with settings of their own."""
    made = []

    def make(controller=None, *, url_prefix="", providers=(), **settings):
        in_force = gatewright_settings.with_values(**settings)
        made.append(EvrmoreAuth(settings=in_force, clock=gatewright_clock, providers=providers))
        app = flask.Flask("shop")
        FlaskAuth(app, made[-1], controller, url_prefix=url_prefix)
        add_guarded_views(app)
        add_step_up_views(app)
        add_open_views(app)
        return app

    yield make
    for auth in made:
        auth.close()


@pytest.fixture
def open_browser():
    """Open a browser on an application."""
    return browser_of


@pytest.fixture
def browser(app):
    return browser_of(app)
