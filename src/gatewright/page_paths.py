"""The paths of SimpleAuth's pages by name, and the setting ``page_paths``, which moves them or switches them off."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

PATHS = {
    "login": "/login",
    "login_wallet": "/login/wallet",
    "login_step": "/login/step",
    "login_link": "/login/link/{token}",
    "logout": "/logout",
    "signup": "/signup",
    "email_verification_request": "/email_verification",
    "email_verification": "/email_verification/{token}",
    "password_reset": "/password-reset",
    "password_reset_form": "/password-reset/{token}",
    "confirm_password": "/confirm_password",
    "account": "/account",
    "account_export": "/account/export",
    "account_delete": "/account/delete",
    "account_method": "/account/methods/{token}",
    "email_change": "/email_change/{token}",
}
"""Page -> path relative to where the pages are mounted; ``{token}`` stands for the secret in an emailed link."""

_TOKEN = "/{token}"  # noqa: S105 - a placeholder for one
_PLAIN = re.compile(r"/|(?:/[\w.~!$&'()*+,;=:@-]+)+", re.ASCII)


def _split(written: object) -> object:
    """Parse ``account=/my/account,signup=`` into page -> path. A value that is not a string is returned unchanged."""
    if not isinstance(written, str):
        return written
    paths: dict[str, str] = {}
    for part in filter(None, map(str.strip, written.split(","))):
        name, is_pair, path = (each.strip() for each in part.partition("="))
        if not is_pair or name in paths:
            raise ValueError(f"must be pairs such as account=/my/account, each page once; not {part!r:.80}")
        paths[name] = path
    return paths


def _check_pages(paths: dict[str, str]) -> dict[str, str]:
    for name, path in paths.items():
        if name not in PATHS:
            raise ValueError(f"has no page {name!r:.80}; the pages are {', '.join(PATHS)}")
        if path:
            _check_page(name, path)
    return paths


def _check_page(name: str, path: str) -> None:
    needs_token = PATHS[name].endswith(_TOKEN)
    if not _is_plain(path.removesuffix(_TOKEN) if needs_token else path) or path.endswith(_TOKEN) != needs_token:
        example = f"/my{PATHS[name]}"
        raise ValueError(f"must give {name} a path such as {example}, or nothing to switch it off; not {path!r:.80}")


def _check_api(path: str) -> str:
    if path and (path == "/" or not _is_plain(path)):
        raise ValueError("must be a path such as /my/api, or empty to switch the JSON API off")
    return path


def _is_plain(path: str) -> bool:
    """Return whether every framework interprets a path identically: no escapes, no query, no trailing slash."""
    return _PLAIN.fullmatch(path) is not None and not {".", ".."} & set(path.split("/"))


def _check_health(path: str) -> str:
    if path and not _is_plain(path):
        raise ValueError("must be / or a path such as /internal, or empty to have none")
    return path


PagePaths = Annotated[dict[str, str], NoDecode, BeforeValidator(_split), AfterValidator(_check_pages)]
ApiPath = Annotated[str, AfterValidator(_check_api)]
HealthPath = Annotated[str, AfterValidator(_check_health)]
