"""What the end of an account needs: a mail that outlives it, and ways to find what is said of it and what it has."""

import sqlalchemy as sa
from alembic import op

from gatewright.storage.sql.types import ID

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let a mail be about no account, and index whom a line of the record is about, who did it, and who has a role."""
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("account_id", existing_type=ID, nullable=True)
    has_actor = sa.text("actor IS NOT NULL")
    op.create_index("ix_audit_user_id", "audit", ["user_id"])
    op.create_index("ix_audit_actor", "audit", ["actor"], sqlite_where=has_actor, postgresql_where=has_actor)
    op.create_index("ix_user_roles_role", "user_roles", ["role"])


def downgrade() -> None:
    """Drop the mails about no account, and the indexes."""
    op.drop_index("ix_user_roles_role", "user_roles")
    op.drop_index("ix_audit_actor", "audit")
    op.drop_index("ix_audit_user_id", "audit")
    op.execute("DELETE FROM letters WHERE account_id IS NULL")
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("account_id", existing_type=ID, nullable=False)
