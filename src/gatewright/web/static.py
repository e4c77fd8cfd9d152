"""Style sheet, script and image of the pages, from the package."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

from gatewright.web.problems import transport_problem
from gatewright.web.request import Request
from gatewright.web.response import Response
from gatewright.web.routes import STATIC

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


def answer(request: Request) -> Response:
    """Return the file that a request is for."""
    found = _files().get(request.path.removeprefix(STATIC))
    if found is None:
        return transport_problem(404).response
    if request.method not in ("GET", "HEAD"):
        return transport_problem(405, {"Allow": "GET, HEAD"}).response
    kind, tag, body = found
    kept = (("Cache-Control", "no-cache"), ("ETag", tag))
    if tag in (request.header("if-none-match") or ""):
        return Response(304, kept)
    return Response(200, (("Content-Type", kind), *kept), body)


@cache
def _files() -> dict[str, tuple[str, str, bytes]]:
    """Return kind, entity tag and bytes of the files by their names: few and small, they are read once."""
    bodies = {each.name: each.read_bytes() for each in (files("gatewright.web") / "static").iterdir()}
    return {
        name: (_TYPES[name.rpartition(".")[2]], f'"{sha256(body).hexdigest()[:32]}"', body)
        for name, body in bodies.items()
    }
