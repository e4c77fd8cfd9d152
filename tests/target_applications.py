"""Small applications, one for each adapter, which all guard the same paths: what attackers find."""

from __future__ import annotations

import sys
from types import ModuleType

import flask
from django.http import HttpResponse
from django.urls import include, path
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import django_project  # noqa: F401 - Django must be set up before its views are made
from gatewright import User
from gatewright.adapters import django as of_django
from gatewright.adapters import flask as of_flask
from gatewright.adapters import starlette as of_starlette
from gatewright.adapters.fastapi import FastAPIAuth

PRIVATE, EDITORS, EDIT, SENSITIVE, RECENT, STRONG = "/private", "/editors", "/edit", "/sensitive", "/recent", "/strong"
"""Who has signed in; has the role ``editor``; the permission ``post.edit``; is not merely remembered; has proven who
they are a short while ago; and that by two factors."""

OWN_LOGIN = "/own-login"
"""A view of the application's own that takes a name and a password from the query, and signs in whoever they prove."""

PROVIDER = "SQLUserProvider"


def guards_of(adapter):
    """Return the decorators of an adapter that keep the paths, by path."""
    return {
        PRIVATE: adapter.login_required,
        EDITORS: adapter.role_required("editor"),
        EDIT: adapter.permission_required("post.edit"),
        SENSITIVE: adapter.fully_authenticated_required,
        RECENT: adapter.fresh_required,
        STRONG: adapter.fresh_required(minutes=5, aal=2),
    }


def fastapi_application(auth):
    """Return a FastAPI application."""
    app = FastAPI()
    ours = FastAPIAuth(auth=auth)
    ours.init_app(app)
    demands = {
        PRIVATE: ours.current_user(),
        EDITORS: ours.current_user(role="editor"),
        EDIT: ours.current_user(permission="post.edit"),
        SENSITIVE: ours.current_user(fully_authenticated=True),
        RECENT: ours.current_user(fresh=True),
        STRONG: ours.current_user(fresh=5, aal=2),
    }

    def view_for(demanded):
        async def view(user: User = demanded):
            return f"hello {user.username}"

        return view

    app.add_route(OWN_LOGIN, _own_login(auth))
    for where, demand in demands.items():
        app.get(where, response_class=PlainTextResponse)(view_for(Depends(demand)))
    app.include_router(ours.router())
    return app


def _own_login(auth):
    async def own_login(request):
        given = request.query_params
        await of_starlette.login_user(request, await auth.attempt(given["name"], given["password"], PROVIDER))
        return PlainTextResponse("welcome")

    return own_login


def starlette_application(auth):
    """Return a Starlette application."""

    async def hello(request):
        return PlainTextResponse(f"hello {request.user.username}")

    guarded = [Route(where, guard(hello)) for where, guard in guards_of(of_starlette).items()]
    return Starlette(
        routes=[*guarded, Route(OWN_LOGIN, _own_login(auth))],
        middleware=[Middleware(of_starlette.GatewrightMiddleware, auth=auth)],
    )


def flask_application(auth):
    """Return a Flask application."""
    app = flask.Flask("target")
    of_flask.FlaskAuth(app, auth)

    def hello():
        return f"hello {of_flask.current_user.username}"

    @app.get(OWN_LOGIN)
    def own_login():
        given = flask.request.args
        of_flask.login_user(auth.attempt(given["name"], given["password"], PROVIDER))
        return "welcome"

    for where, guard in guards_of(of_flask).items():
        app.add_url_rule(where, endpoint=where.removeprefix("/"), view_func=guard(hello))
    return app


def _hello_of_django(request):
    return HttpResponse(f"hello {request.user.get_username()}")


def _own_login_of_django(request):
    given = request.GET
    of_django.login_user(request, of_django.get_auth().attempt(given["name"], given["password"], PROVIDER))
    return HttpResponse("welcome")


DJANGO_URLS = "target_urls"
_urls = sys.modules[DJANGO_URLS] = ModuleType(DJANGO_URLS)
_urls.urlpatterns = [
    path("", include("gatewright.adapters.django.urls")),
    path(OWN_LOGIN.removeprefix("/"), _own_login_of_django),
    *(path(where.removeprefix("/"), guard(_hello_of_django)) for where, guard in guards_of(of_django).items()),
]
