"""An application on Starlette alone, with sign-in in five lines."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gatewright.adapters.starlette import GatewrightMiddleware, login_required, role_required


async def homepage(request):
    return PlainTextResponse(f"Hello {request.user.display_name}")


@login_required
async def dashboard(request):
    return PlainTextResponse(f"{request.user.username}'s dashboard")


@role_required("admin")
async def admin_area(request):
    return PlainTextResponse("For administrators")


app = Starlette(
    routes=[Route("/", homepage), Route("/dashboard", dashboard), Route("/admin-area", admin_area)],
    middleware=[Middleware(GatewrightMiddleware)],
)
