"""The pages' style sheet, scripts and images: the skin's, or else the built-in ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from gatewright.web.problems import transport_problem
from gatewright.web.request import Request
from gatewright.web.response import Response
from gatewright.web.routes import STATIC

_TYPES = {
    "css": "text/css; charset=utf-8",
    "ico": "image/vnd.microsoft.icon",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.([a-z0-9]+)")


def answer(request: Request, *, skin: Path | None, scripts: Mapping[str, Path]) -> Response:
    """Return the file that a request is for. Browsers cache it, and revalidate it on each use.

    Args:
        request: The request.
        skin: A folder whose subfolder ``static`` takes precedence over the built-in files.
        scripts: Further files by name: those of the methods.
    """
    name = _NAME.fullmatch(request.path.removeprefix(STATIC))
    kind = None if name is None else _TYPES.get(name[1])
    body = None if name is None or kind is None else _read(name[0], skin, scripts)
    if kind is None or body is None:
        return transport_problem(404).response
    if request.method not in ("GET", "HEAD"):
        return transport_problem(405, {"Allow": "GET, HEAD"}).response
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    kept = (("Cache-Control", "no-cache"), ("ETag", tag))
    known = request.header("if-none-match") or ""
    if tag in known or known.strip() == "*":  # any version (RFC 9110, 13.1.2)
        return Response(304, kept)
    return Response(200, (("Content-Type", kind), *kept), body)


def _read(name: str, skin: Path | None, scripts: Mapping[str, Path]) -> bytes | None:
    own = None if skin is None else skin / "static" / name
    if own is None or not own.is_file():
        own = scripts.get(name)
    return _ours().get(name) if own is None else own.read_bytes()


@cache
def _ours() -> dict[str, bytes]:
    """Return the built-in files by name. They are few and small, so they are read once."""
    return {each.name: each.read_bytes() for each in (files("gatewright.web") / "static").iterdir()}
