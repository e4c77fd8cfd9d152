"""The helpers and decorators that have the same names in every framework."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gatewright import AsyncEvrmoreAuth
from gatewright.adapters.starlette import (
    GatewrightMiddleware,
    login_user,
    logout_user,
    permission_required,
    role_required,
    template_context,
    visit_of,
)
from gatewright.errors import ConfigurationError

PASSWORD = "correct horse battery staple"


async def enter(request):
    user = await visit_of(request).auth.bypass("anna", "SQLUserProvider")
    await login_user(request, user, remember="remember" in request.query_params)
    return PlainTextResponse(f"hello {request.user.username}")


async def leave(request):
    await logout_user(request)
    return PlainTextResponse(f"{request.user.is_authenticated} {request.auth.scopes}")


async def who(request):
    context = template_context(request)
    own = {"current_user", "gatewright_path", "gatewright_static", "gatewright_csrf_token"}
    assert context.keys() == own  # none that another extension may have, such as csrf_token
    return PlainTextResponse(f"{context['current_user'].is_authenticated} {context['gatewright_static']('x.css')}")


@pytest.fixture
def app(gatewright_settings):
    auth = AsyncEvrmoreAuth(settings=gatewright_settings)
    routes = [Route("/enter", enter), Route("/leave", leave), Route("/who", who)]
    yield Starlette(routes=routes, middleware=[Middleware(GatewrightMiddleware, auth=auth)])
    auth.close()


@pytest.mark.parametrize("remember", [False, True])
def test_a_user_who_is_proven_elsewhere_is_signed_in_and_out(browser, anna, remember):
    """And remembered, if that is asked."""
    assert browser.get("/enter?remember" if remember else "/enter").text == "hello anna"
    assert any("remember" in name for name in browser.cookies) == remember
    assert browser.get("/who").text == "True /gatewright/x.css"
    assert browser.get("/leave").text == "False []"
    assert browser.get("/who").text.startswith("False")
    assert not any("remember" in name for name in browser.cookies)


@pytest.mark.parametrize("decorator", [role_required, permission_required])
@pytest.mark.parametrize("names", [(), ("",), (lambda: "an endpoint",), ("admin", None), (["admin"],)])
def test_a_decorator_that_demands_nothing_is_refused(decorator, names):
    """One that was not called takes the endpoint for a name, and would let everybody in."""
    with pytest.raises(ConfigurationError, match="Name what is required"):
        decorator(*names)
