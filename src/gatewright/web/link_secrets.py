"""The secrets in the links of mails, which no log may have: whoever reads it could follow the link."""

from __future__ import annotations

import re

from gatewright.page_paths import PATHS
from gatewright.settings import Settings


def hide_secret(path: str, *, pattern: str) -> str:
    """Return a path for a log: without the secret, where it is that of a link.

    Args:
        path: The path, below where the pages are mounted.
        pattern: What `link_pattern` returns.
    """
    return re.sub(pattern, r"\1...", path)


def link_pattern(settings: Settings) -> str:
    """Return what matches the path of a link, where its page lies or would lie; its first group stays."""
    links = [path for paths in (PATHS, settings.paths) for path in paths.values() if path.endswith("{token}")]
    starts = "|".join(sorted({re.escape(path.removesuffix("{token}")) for path in links}))
    return rf"^((?:{re.escape(settings.api_path)})?(?:{starts}))[^/]+"
