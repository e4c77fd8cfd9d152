"""Where to send somebody after they have followed an emailed link."""

import sqlalchemy as sa
from alembic import op

from gatewright.storage.sql.types import LONG_TEXT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    for table in ("links", "letters"):
        op.add_column(table, sa.Column("next_path", LONG_TEXT))


def downgrade() -> None:
    """Drop the columns."""
    for table in ("letters", "links"):
        op.drop_column(table, "next_path")
