"""Find the routes of an application that no request reaches, because a page of ours has their path."""

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
    """A route that is answered by one of our pages instead.

    Args:
        problem: Which route, and which page.
        cure: What to do.
    """

    problem: str
    cure: str


def shadowed(
    ours: Routes, theirs: Iterable[tuple[str, str]], *, settings: Settings, mount: str = ""
) -> Iterator[Shadowed]:
    """Yield the routes of an application that are answered by our pages.

    Args:
        ours: Our pages.
        theirs: The application's routes, as pairs of path and owner. Each variable has a sample value: so
            a route for whatever no other one takes is not meant.
        settings: What the pages' paths follow from.
        mount: The path that our pages lie below.
    """
    for path, owner in theirs:
        below = path.removeprefix(mount)
        found = _find(ours, below, settings) if path.startswith(f"{mount}/") else None
        if found is not None:
            page, cure = found
            problem = f"The application's route {path} ({owner}) is never reached: its path is that of {page}."
            yield Shadowed(problem, f"{cure} Or give the application's route another path.")


def warn_of_shadowed(site: Site, theirs: Iterable[tuple[str, str]]) -> None:
    """Write each such route to the log."""
    for found in shadowed(site.routes, theirs, settings=site.settings, mount=site.mount):
        _logger.warning("%s %s", found.problem, found.cure)


def _find(ours: Routes, path: str, settings: Settings) -> tuple[str, str] | None:
    """Return what of ours is at a path, and how to take it away."""
    if path.startswith(STATIC):
        return "the files of gatewright's pages", f"Everything below {STATIC} is theirs."
    if ours.find_in_api(path) is not None:
        return (
            "gatewright's JSON API",
            "Move the API by GATEWRIGHT_API_PATH=/my/api, or switch it off by an empty one.",
        )
    if ours.find_check(path) is not None:
        return "gatewright's check of the process", "Move it by GATEWRIGHT_HEALTH_PATH, or leave that empty."
    found = ours.find(path)
    if found is None:
        return None
    name, example = found[0], settings.paths[found[0]]
    return (
        f"gatewright's page {name}",
        f"Move the page by GATEWRIGHT_PAGE_PATHS='{name}=/my{example}', or switch it off by '{name}='.",
    )
