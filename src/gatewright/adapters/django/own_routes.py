"""The project's own routes, for comparison with the paths of gatewright's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from gatewright.adapters.django.conf import APP_NAME

_VARIABLE = re.compile(r"%\([^)]*\)s")


def routes_of(resolver: URLResolver | None = None, *, below: str = "/") -> Iterator[tuple[str, str]]:
    """Yield path and view of every route except gatewright's, with a sample value for each variable.

    Args:
        resolver: Whose routes; the project's by default.
        below: Their path prefix.
    """
    for pattern in (resolver or get_resolver()).url_patterns:
        for form, _ in normalize(pattern.pattern.regex.pattern):  # a regular expression may match several
            path = below + _VARIABLE.sub("x", form)
            if isinstance(pattern, URLPattern):
                yield path, pattern.lookup_str
            elif pattern.app_name != APP_NAME:
                yield from routes_of(pattern, below=path)
