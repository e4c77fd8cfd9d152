"""Find the routes of an application that no request reaches, because gatewright serves their path."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewright.settings import Settings
from gatewright.web.routes import STATIC, Routes

if TYPE_CHECKING:
    from gatewright.web.site import Site

_logger = logging.getLogger("gatewright.web")


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A route of the application that is shadowed by one of gatewright's pages.

    Args:
        problem: Which route, and which page.
        cure: How to fix it.
    """

    problem: str
    cure: str


def shadowed(
    ours: Routes, theirs: Iterable[tuple[str, str]], *, settings: Settings, mount: str = ""
) -> Iterator[Shadowed]:
    """Yield the routes of an application that gatewright's pages shadow.

    Args:
        ours: gatewright's pages.
        theirs: The application's routes, as pairs of path and owner. Each variable has a sample value, so catch-all
            routes are not reported.
        settings: The settings, which determine the pages' paths.
        mount: The path under which the pages are mounted.
    """
    for path, owner in theirs:
        below = path.removeprefix(mount)
        found = _find(ours, below, settings) if path.startswith(f"{mount}/") else None
        if found is not None:
            page, cure = found
            problem = f"The application's route {path} ({owner}) is never reached: its path belongs to {page}."
            yield Shadowed(problem, f"{cure} Or give the application's route another path.")


def warn_of_shadowed(site: Site, theirs: Iterable[tuple[str, str]]) -> None:
    """Log a warning for each shadowed route."""
    for found in shadowed(site.routes, theirs, settings=site.settings, mount=site.mount):
        _logger.warning("%s %s", found.problem, found.cure)


def _find(ours: Routes, path: str, settings: Settings) -> tuple[str, str] | None:
    """Return what gatewright serves at a path, and how to move it away."""
    if path.startswith(STATIC):
        return "the static files of gatewright's pages", f"Everything under {STATIC} is reserved for them."
    if ours.find_in_api(path) is not None:
        return (
            "gatewright's JSON API",
            "Move the API with GATEWRIGHT_API_PATH=/my/api, or disable it with an empty value.",
        )
    if ours.find_check(path) is not None:
        return "gatewright's health check", "Move it with GATEWRIGHT_HEALTH_PATH, or leave that empty."
    found = ours.find(path)
    if found is None:
        return None
    name, example = found[0], settings.paths[found[0]]
    return (
        f"gatewright's page {name}",
        f"Move the page with GATEWRIGHT_PAGE_PATHS='{name}=/my{example}', or disable it with '{name}='.",
    )
