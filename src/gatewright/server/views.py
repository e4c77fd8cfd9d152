"""Render the page. Jinja2 escapes every value; nothing is marked safe anywhere."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gatewright.server import cookies, csrf
from gatewright.server.devices import device_name
from gatewright.server.problems import Problem
from gatewright.server.schemas import in_utc


def show(request: Request, template: str, *, problem: Problem | None = None, **values: object) -> Response:
    """Render a template as an answer to a request.

    Args:
        request: What is answered.
        template: The template's file name.
        problem: What went wrong, to be shown in place; gives the answer its status and headers.
        values: What the template shows.
    """
    token = csrf.token_for(request)
    html = _environment.get_template(template).render(csrf_token=token, problem=problem, **values)
    response = HTMLResponse(html, problem.status if problem else 200, dict(problem.headers) if problem else None)
    if cookies.CSRF.read(request) != token:
        cookies.CSRF.set(request, response, token)
    return response


def _written(moment: datetime) -> str:
    """Write a moment for people everywhere."""
    moment = in_utc(moment)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


_environment = Environment(
    loader=PackageLoader("gatewright.server"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals |= {"version": version("gatewright")}
_environment.filters |= {"moment": _written, "device": device_name, "iso": lambda moment: in_utc(moment).isoformat()}
