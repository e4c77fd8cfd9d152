"""Two applications on one host keep their cookies apart, and Flask's own session is none of them."""

from __future__ import annotations

import flask
import pytest
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from gatewright.adapters.flask import FlaskAuth
from gatewright.errors import ConfigurationError
from neighbours import LAYOUTS, Host, live_side_by_side
from neighbours import neighbours as neighbours


def host_of(first, second, *apps, scheme):
    mounted = DispatcherMiddleware(NotFound(), {first: apps[0], second: apps[1]})
    client = Client(mounted, use_cookies=False)

    def send(method, target, headers, body):
        answer = client.open(target, method=method, headers=headers, data=body, base_url=f"{scheme}://localhost")
        return answer.status_code, list(answer.headers), answer.data

    return Host(send, is_https=scheme == "https")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_applications_on_one_host(make_app, neighbours, layout):
    """Each knows its own visitor."""
    scheme, first, second, *settings = LAYOUTS[layout]
    apps = [make_app(**own, **each) for own, each in zip(neighbours, settings, strict=True)]

    live_side_by_side(host_of(first, second, *apps, scheme=scheme), first, second)


@pytest.mark.parametrize("names", [{"session_cookie": "session"}, {"remember_me_cookie": "session"}])
def test_the_cookie_of_flasks_own_session_is_taken(make_app, names):
    """It says which setting to change."""
    with pytest.raises(ConfigurationError, match="SESSION_COOKIE_NAME"):
        make_app(**names)


def test_flasks_own_session_may_have_another_name(gatewright_settings):
    """Then ours may have that one."""
    app = flask.Flask("shop")
    app.config.update(SESSION_COOKIE_NAME="flask", GATEWRIGHT_SESSION_COOKIE="session")
    app.config["GATEWRIGHT_DATABASE_URL"] = gatewright_settings.database_url
    FlaskAuth(app)
    app.extensions["gatewright"].auth.close()
