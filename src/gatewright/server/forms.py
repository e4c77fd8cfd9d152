"""Read the forms of the page."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request

from gatewright.server import csrf

_MEDIA_TYPE = "application/x-www-form-urlencoded"


def has_form(request: Request) -> bool:
    """Say whether a request carries the only kind of form that our page sends."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _MEDIA_TYPE


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form from our own page; none, where no body was announced at all.

    What surrounds a pasted value is taken off.

    Raises:
        HTTPException: If the body is no such form (415), or the form was sent from elsewhere (403).
    """
    fields: dict[str, str] = {}
    if has_form(request):
        form = await request.form(max_fields=10)
        fields = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    elif "content-type" in request.headers:
        raise HTTPException(415)
    if not csrf.is_own_form(request, fields.get(csrf.FIELD, "")):
        raise HTTPException(403)
    return fields
