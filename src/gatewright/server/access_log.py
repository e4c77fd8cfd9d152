"""Keep secrets out of the logs: query strings, where clients put tokens, and the links of mails."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from gatewright.page_paths import PATHS
from gatewright.settings import Settings

_SHORT = r"\1..."


def hide_secrets(settings: Settings) -> None:
    """Let uvicorn's access log show paths only, without the secrets of links. Doing it twice is doing it once."""
    logging.getLogger("uvicorn.access").addFilter(_WithoutSecrets(_link_of(settings)))


def without_secret(path: str, *, settings: Settings) -> str:
    """Return a path for the log: without the secret, where it is that of a link."""
    return re.sub(_link_of(settings), _SHORT, path)


def _link_of(settings: Settings) -> str:
    """Return what matches the path of a link; its first group stays."""
    links = [path for paths in (PATHS, settings.paths) for path in paths.values() if path.endswith("{token}")]
    starts = "|".join(sorted({re.escape(path.removesuffix("{token}")) for path in links}))
    return rf"^((?:{re.escape(settings.api_path)})?(?:{starts}))[^/]+"


@dataclass(frozen=True)
class _WithoutSecrets:
    """Shortens the path among a record's arguments: client, method, path, HTTP version, status.

    Args:
        link: What matches the path of a link; its first group stays.
    """

    link: str

    def __call__(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, *rest = record.args
            record.args = (client, method, re.sub(self.link, _SHORT, str(path).partition("?")[0]), *rest)
        return True
