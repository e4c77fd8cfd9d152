"""Keep secrets out of uvicorn's access log: query strings, where clients put tokens, and the links of mails."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from gatewright.settings import Settings
from gatewright.web.link_secrets import hide_secret, link_pattern


def hide_secrets(settings: Settings) -> None:
    """Let uvicorn's access log show paths only, without the secrets of links. Doing it twice is doing it once."""
    logging.getLogger("uvicorn.access").addFilter(_WithoutSecrets(link_pattern(settings)))


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
            record.args = (client, method, hide_secret(str(path).partition("?")[0], pattern=self.link), *rest)
        return True
