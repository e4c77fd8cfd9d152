"""What deleting an account needs: an email that outlives it, and indexes to find what refers to it."""

import sqlalchemy as sa
from alembic import op

from gatewright.storage.sql.types import ID

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Allow emails without an account, and index the subject and actor of audit lines, and the holders of roles."""
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("account_id", existing_type=ID, nullable=True)
    has_actor = sa.text("actor IS NOT NULL")
    op.create_index("ix_audit_user_id", "audit", ["user_id"])
    op.create_index("ix_audit_actor", "audit", ["actor"], sqlite_where=has_actor, postgresql_where=has_actor)
    op.create_index("ix_user_roles_role", "user_roles", ["role"])


def downgrade() -> None:
    """Drop the emails without an account, and the indexes."""
    op.drop_index("ix_user_roles_role", "user_roles")
    op.drop_index("ix_audit_actor", "audit")
    op.drop_index("ix_audit_user_id", "audit")
    op.execute("DELETE FROM letters WHERE account_id IS NULL")
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("account_id", existing_type=ID, nullable=False)
