"""Starlette: the pages and the visitor, for every application that speaks ASGI."""

from gatewright.adapters.starlette.decorators import login_required as login_required
from gatewright.adapters.starlette.decorators import require as require
from gatewright.adapters.starlette.middleware import GatewrightMiddleware as GatewrightMiddleware
from gatewright.adapters.starlette.translation import ready as ready
from gatewright.adapters.starlette.visitor import SignedInUser as SignedInUser
from gatewright.adapters.starlette.visitor import template_context as template_context
from gatewright.adapters.starlette.visitor import visit_of as visit_of
