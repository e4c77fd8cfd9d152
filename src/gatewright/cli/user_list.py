"""``gatewright user list``: every user, page by page, however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from gatewright.auth import Auth
from gatewright.cli.output import AsJson, note, write_table
from gatewright.cli.user_fields import account_fields, cell_of

if TYPE_CHECKING:
    from gatewright.model import User

_PAGE = 1000
"""Users in memory at a time."""


def list_users(as_json: AsJson = False) -> None:
    """List the users, without their rights."""
    with Auth() as auth:
        if as_json:
            _write_document(auth)
        else:
            _write_tables(auth)


def _write_document(auth: Auth) -> None:
    """Print one JSON document, one user per line."""
    print('{\n  "users": [', end="")
    separator = "\n"
    for page in _pages(auth):
        for user in page:
            print(f"{separator}    {json.dumps(account_fields(user.entity), default=datetime.isoformat)}", end="")
            separator = ",\n"
    print("\n  ]\n}")


def _write_tables(auth: Auth) -> None:
    """Print one table per page: to size the columns of a single one, all users would have to be in memory."""
    is_empty = True
    for page in _pages(auth):
        rows = [account_fields(user.entity) for user in page]
        write_table(list(rows[0]), [[cell_of(value) for value in row.values()] for row in rows])
        is_empty = False
    if is_empty:
        note("There are no users.")


def _pages(auth: Auth) -> Iterator[list[User]]:
    page = auth.list_users(at_most=_PAGE)
    while page:
        yield page
        page = auth.list_users(after=page[-1].id, at_most=_PAGE)
