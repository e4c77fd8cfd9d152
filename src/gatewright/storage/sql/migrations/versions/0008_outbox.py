"""Rename the table of queued emails to ``outbox``."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

_INDEXED = ("account_id", "due_at")


def upgrade() -> None:
    """Rename the table and its indexes."""
    _rename("letters", "outbox")


def downgrade() -> None:
    """Restore the old names."""
    _rename("outbox", "letters")


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    for column in _INDEXED:
        op.drop_index(f"ix_{old}_{column}", table_name=new)
        op.create_index(f"ix_{new}_{column}", new, [column])
