"""Users, challenges and sessions of wallet sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "users",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("username", sa.String(255), unique=True),
        sa.Column("email", sa.String(255), unique=True),
        sa.Column("evrmore_address", sa.String(64), unique=True),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("is_verified", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.String(26), nullable=False),
        sa.Column("last_login", sa.String(26)),
    )
    op.create_table(
        "challenges",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("evrmore_address", sa.String(64), nullable=False),
        sa.Column("challenge_text", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.String(26), nullable=False),
        sa.Column("expires_at", sa.String(26), nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.Column("client", sa.String(64)),
    )
    op.create_index("ix_challenges_expires_at", "challenges", ["expires_at"])
    op.create_index("ix_challenges_evrmore_address_created_at", "challenges", ["evrmore_address", "created_at"])
    op.create_index("ix_challenges_client_created_at", "challenges", ["client", "created_at"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("evrmore_address", sa.String(64)),
        sa.Column("provider", sa.String(255), nullable=False),
        sa.Column("created_at", sa.String(26), nullable=False),
        sa.Column("expires_at", sa.String(26), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("ip_address", sa.String(64)),
        sa.Column("user_agent", sa.String(512)),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user_id_created_at", "sessions", ["user_id", "created_at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("sessions", "challenges", "users"):
        op.drop_table(table)
