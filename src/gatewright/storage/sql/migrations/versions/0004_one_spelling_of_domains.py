"""One spelling of the domains of mail addresses: ``info@xn--mnchen-3ya.example`` becomes ``info@münchen.example``.

An account whose address another one has in that spelling already is left as it is, and told in the log; ``gatewright
doctor`` names it for as long as it is active. Both go on working: it is its owner who knows which one to keep.
"""

import logging
from contextlib import suppress

import sqlalchemy as sa
from alembic import op

from gatewright.errors import InvalidParameterError
from gatewright.operations.names import canonical_name

revision = "0004"
down_revision = "0003"

_logger = logging.getLogger("gatewright.storage")

_ODD = "email LIKE '%xn--%' OR email GLOB '*[^ -~]*'"
"""Addresses of plain ASCII were kept in the one spelling before."""


def upgrade() -> None:
    """Change the addresses that can be changed."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return  # the first release for any other database has the one spelling
    rows = connection.execute(sa.text(f"SELECT id, email FROM users WHERE {_ODD} ORDER BY created_at, id"))  # noqa: S608
    for account_id, kept in rows.all():
        with suppress(InvalidParameterError):  # what is no address, but written by hand
            email = canonical_name("email", kept)
            if email != kept:
                _change(connection, {"id": account_id, "kept": kept, "email": email})


def downgrade() -> None:
    """Leave the addresses as they are: the releases before read them as well."""


def _change(connection: sa.Connection, change: dict[str, str]) -> None:
    others = sa.text("SELECT 1 FROM users WHERE (email = :email OR username = :email) AND id != :id")
    if connection.execute(others, change).first() is not None:
        _logger.warning(
            "The accounts of one mailbox stay two: another one has the mail address of %s in another spelling. "
            "gatewright doctor says what to do.",
            change["id"],
        )
        return
    for statement in (
        "UPDATE users SET username = :email WHERE id = :id AND username = :kept",
        "UPDATE users SET email = :email WHERE id = :id",
        "UPDATE letters SET email = :email WHERE account_id = :id AND email = :kept",
        "UPDATE links SET email = :email WHERE account_id = :id AND email = :kept",
    ):
        connection.execute(sa.text(statement), change)
