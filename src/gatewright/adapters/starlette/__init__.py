"""Starlette: the pages and the visitor, for any ASGI application."""

from gatewright.adapters.starlette.decorators import fresh_required as fresh_required
from gatewright.adapters.starlette.decorators import fully_authenticated_required as fully_authenticated_required
from gatewright.adapters.starlette.decorators import login_required as login_required
from gatewright.adapters.starlette.decorators import permission_required as permission_required
from gatewright.adapters.starlette.decorators import role_required as role_required
from gatewright.adapters.starlette.decorators import verified_required as verified_required
from gatewright.adapters.starlette.middleware import GatewrightMiddleware as GatewrightMiddleware
from gatewright.adapters.starlette.signed_in import SignedInUser as SignedInUser
from gatewright.adapters.starlette.translation import to_starlette as to_starlette
from gatewright.adapters.starlette.visitor import login_user as login_user
from gatewright.adapters.starlette.visitor import logout_user as logout_user
from gatewright.adapters.starlette.visitor import template_context as template_context
from gatewright.adapters.starlette.visitor import visit_of as visit_of
