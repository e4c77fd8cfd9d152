"""The headers of a request as the server passed them, each read on demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from gatewright.web.response import Headers

_OWN_KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
"""Headers that WSGI passes under special names, empty if absent (PEP 3333, environ Variables)."""

_PREFIX = "HTTP_"


def values_in_environ(environ: Mapping[str, Any], name: str) -> list[str]:
    """Return the values of a header under WSGI; the server has already joined repeated ones."""
    value = environ.get(_key_of(name))
    return [] if value is None or (name in _OWN_KEYS and not value) else [str(value)]


def headers_in_environ(environ: Mapping[str, Any]) -> Headers:
    """Return all headers under WSGI, with their names in lower case."""
    return tuple(_pairs_in(environ))


def values_in_scope(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    """Return the values of a header under ASGI."""
    wanted = name.encode("latin-1")
    return [value.decode("latin-1") for key, value in headers if key.lower() == wanted]


def headers_in_scope(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return all headers under ASGI as text, with their names in lower case."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)


@lru_cache(maxsize=64)
def _key_of(name: str) -> str:
    return _OWN_KEYS.get(name) or _PREFIX + name.upper().replace("-", "_")


def _pairs_in(environ: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, key in _OWN_KEYS.items():
        if environ.get(key):
            yield name, str(environ[key])
    for key, value in environ.items():
        if key.startswith(_PREFIX) and (name := key.removeprefix(_PREFIX).replace("_", "-").lower()) not in _OWN_KEYS:
            yield name, str(value)
