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

    for where, demand in demands.items():
        app.get(where, response_class=PlainTextResponse)(view_for(Depends(demand)))
    app.include_router(ours.router())
    return app


def starlette_application(auth):
    """Return a Starlette application."""

    async def hello(request):
        return PlainTextResponse(f"hello {request.user.username}")

    return Starlette(
        routes=[Route(where, guard(hello)) for where, guard in guards_of(of_starlette).items()],
        middleware=[Middleware(of_starlette.GatewrightMiddleware, auth=auth)],
    )


def flask_application(auth):
    """Return a Flask application."""
    app = flask.Flask("target")
    of_flask.FlaskAuth(app, auth)

    def hello():
        return f"hello {of_flask.current_user.username}"

    for where, guard in guards_of(of_flask).items():
        app.add_url_rule(where, endpoint=where.removeprefix("/"), view_func=guard(hello))
    return app


def _hello_of_django(request):
    return HttpResponse(f"hello {request.user.get_username()}")


DJANGO_URLS = "target_urls"
_urls = sys.modules[DJANGO_URLS] = ModuleType(DJANGO_URLS)
_urls.urlpatterns = [
    path("", include("gatewright.adapters.django.urls")),
    *(path(where.removeprefix("/"), guard(_hello_of_django)) for where, guard in guards_of(of_django).items()),
]
