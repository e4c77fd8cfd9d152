"""Two applications on one host keep their cookies apart, and Django's own cookies are none of them."""

from __future__ import annotations

import pytest
from django.core import checks
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from starlette.applications import Starlette
from starlette.routing import Mount
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from neighbours import LAYOUTS, Host, live_side_by_side
from neighbours import neighbours as neighbours


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_projects_on_one_host(change, build, asgi, neighbours, layout):
    """Each knows its own visitor. A process has one project, which takes the other's settings in between."""
    scheme, first, second, *settings = LAYOUTS[layout]
    if build == "asgi":
        routes = [Mount(second, ASGIHandler()), Mount(first, ASGIHandler())]
        carry = asgi(Starlette(routes=routes), scheme=scheme).send
    else:
        client = Client(
            DispatcherMiddleware(NotFound(), {first: WSGIHandler(), second: WSGIHandler()}), use_cookies=False
        )

        def carry(method, target, headers, body):
            base = f"{scheme}://localhost"
            with client.open(target, method=method, headers=headers, data=body, base_url=base) as answer:
                return answer.status_code, list(answer.headers), answer.data

    def send(method, target, headers, body):
        number = int(target.startswith(f"{second}/"))
        change(**neighbours[number], **settings[number])
        return carry(method, target, headers, body)

    live_side_by_side(Host(send, is_https=scheme == "https"), first, second)


@pytest.mark.parametrize(
    "names", [{"session_cookie": "sessionid"}, {"session_cookie": "csrftoken"}, {"remember_me_cookie": "sessionid"}]
)
def test_a_cookie_of_djangos_own_is_taken(change, names):
    """The check says which setting to change."""
    change(**names)
    assert "gatewright.E006" in [message.id for message in checks.run_checks()]
