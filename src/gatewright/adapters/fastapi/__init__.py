"""FastAPI: the visitor as a dependency, and everything in the OpenAPI description."""

from gatewright.adapters.fastapi.auth import FastAPIAuth as FastAPIAuth
from gatewright.adapters.fastapi.current_user import CurrentUser as CurrentUser
from gatewright.adapters.starlette import login_user as login_user
from gatewright.adapters.starlette import logout_user as logout_user
from gatewright.adapters.starlette import template_context as template_context
from gatewright.adapters.starlette import visit_of as visit_of
