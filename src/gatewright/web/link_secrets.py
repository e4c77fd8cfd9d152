"""Keep the secrets of emailed links out of logs, whose readers could follow the links."""

from __future__ import annotations

import re

from gatewright.page_paths import PATHS
from gatewright.settings import Settings


def hide_secret(path: str, *, pattern: str) -> str:
    """Return a path for a log, without the secret if it is that of a link.

    Args:
        path: The path, relative to where the pages are mounted.
        pattern: The return value of `link_pattern`.
    """
    return re.sub(pattern, r"\1...", path)


def link_pattern(settings: Settings) -> str:
    """Return a pattern for the paths of links, at their current and default places; its first group is kept."""
    links = [path for paths in (PATHS, settings.paths) for path in paths.values() if path.endswith("{token}")]
    starts = "|".join(sorted({re.escape(path.removesuffix("{token}")) for path in links}))
    return rf"^((?:{re.escape(settings.api_path)})?(?:{starts}))[^/]+"
