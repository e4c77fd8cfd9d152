"""Normalise the domains of email addresses: ``info@xn--mnchen-3ya.example`` becomes ``info@münchen.example``.

If another account already has the normalised address, the account is left unchanged and logged; ``gatewright doctor``
reports it for as long as it is active. Both keep working: only the owner knows which one to keep.
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
"""Other addresses in plain ASCII were normalised already."""


def upgrade() -> None:
    """Change the addresses that can be changed."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return  # on other databases, addresses have been normalised since the first release
    rows = connection.execute(sa.text(f"SELECT id, email FROM users WHERE {_ODD} ORDER BY created_at, id"))  # noqa: S608
    for account_id, kept in rows.all():
        with suppress(InvalidParameterError):  # not a valid address, but written by hand
            email = canonical_name("email", kept)
            if email != kept:
                _change(connection, {"id": account_id, "kept": kept, "email": email})


def downgrade() -> None:
    """Leave the addresses as they are: earlier releases can read them, too."""


def _change(connection: sa.Connection, change: dict[str, str]) -> None:
    others = sa.text("SELECT 1 FROM users WHERE (email = :email OR username = :email) AND id != :id")
    if connection.execute(others, change).first() is not None:
        _logger.warning(
            "Two accounts share one mailbox: another account has the email address of %s in a different spelling. "
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
