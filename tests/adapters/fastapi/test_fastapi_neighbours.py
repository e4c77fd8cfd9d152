"""Two applications on one host keep their cookies apart."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from neighbours import LAYOUTS, Host, live_side_by_side
from neighbours import neighbours as neighbours


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_applications_on_one_host(make_app, asgi, neighbours, layout):
    """Each knows its own visitor."""
    scheme, first, second, *settings = LAYOUTS[layout]
    apps = [make_app(settings=own | each) for own, each in zip(neighbours, settings, strict=True)]
    routes = [Mount(second, apps[1]), Mount(first, apps[0])]

    host = Host(asgi(Starlette(routes=routes), scheme=scheme).send, is_https=scheme == "https")
    live_side_by_side(host, first, second)
