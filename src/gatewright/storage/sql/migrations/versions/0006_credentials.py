"""The password hash that each user of another provider was last seen with: when it changes, their sessions end."""

import sqlalchemy as sa
from alembic import op

from gatewright.storage.sql.types import DIGEST, MOMENT, text_up_to

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "credentials",
        sa.Column("provider", text_up_to(255), primary_key=True),
        sa.Column("user_id", text_up_to(255), primary_key=True),
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("previous_digest", DIGEST),
        sa.Column("expires_at", MOMENT, nullable=False, index=True),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("credentials")
