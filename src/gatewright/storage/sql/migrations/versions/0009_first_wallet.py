"""Make the index on wallets cover the lookup of an account's first wallet, so that it reads no row.

Every authenticated request needs it.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_BEFORE, _AFTER = "ix_wallets_account_id_linked_at", "ix_wallets_account_id_linked_at_evrmore_address"


def upgrade() -> None:
    """Add the address to the index."""
    op.create_index(_AFTER, "wallets", ["account_id", "linked_at", "evrmore_address"])
    op.drop_index(_BEFORE, table_name="wallets")


def downgrade() -> None:
    """Remove it again."""
    op.create_index(_BEFORE, "wallets", ["account_id", "linked_at"])
    op.drop_index(_AFTER, table_name="wallets")
