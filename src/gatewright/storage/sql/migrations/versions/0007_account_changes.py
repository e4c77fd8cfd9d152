"""What the end of an account needs: a mail that outlives it, and a way to find what the audit record says of it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0002"


def upgrade() -> None:
    """Let a mail be about no account, and index the audit record by whom a line is about and who did it."""
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("account_id", existing_type=sa.String(32), nullable=True)
    op.create_index("ix_audit_user_id", "audit", ["user_id"])
    op.create_index("ix_audit_actor", "audit", ["actor"], sqlite_where=sa.text("actor IS NOT NULL"))


def downgrade() -> None:
    """Drop the mails about no account, and the indexes."""
    op.drop_index("ix_audit_actor", "audit")
    op.drop_index("ix_audit_user_id", "audit")
    op.execute("DELETE FROM letters WHERE account_id IS NULL")
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("account_id", existing_type=sa.String(32), nullable=False)
