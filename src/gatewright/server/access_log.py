"""Keep secrets out of uvicorn's access log: query strings, where clients put tokens, and emailed links."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from gatewright.settings import Settings
from gatewright.web.link_secrets import hide_secret, link_pattern


def hide_secrets(settings: Settings) -> None:
    """Make uvicorn's access log show only paths, without the secrets of links. Idempotent."""
    logging.getLogger("uvicorn.access").addFilter(_WithoutSecrets(link_pattern(settings)))


@dataclass(frozen=True)
class _WithoutSecrets:
    """Shortens the path among a record's arguments: client, method, path, HTTP version, status.

    Args:
        link: The pattern for the path of a link; its first group is kept.
    """

    link: str

    def __call__(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, *rest = record.args
            record.args = (client, method, hide_secret(str(path).partition("?")[0], pattern=self.link), *rest)
        return True
