"""Where somebody wants to go once they have followed the link of a mail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    for table in ("links", "letters"):
        op.add_column(table, sa.Column("next_path", sa.Text))


def downgrade() -> None:
    """Drop the columns."""
    for table in ("letters", "links"):
        op.drop_column(table, "next_path")
