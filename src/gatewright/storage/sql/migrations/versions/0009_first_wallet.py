"""Have an account's first wallet stand in an index in the order that it is looked for, so that no row is read for it.

Every request that is recognised asks for it.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_BEFORE, _AFTER = "ix_wallets_account_id_linked_at", "ix_wallets_account_id_linked_at_evrmore_address"


def upgrade() -> None:
    """Put the address into the index."""
    op.create_index(_AFTER, "wallets", ["account_id", "linked_at", "evrmore_address"])
    op.drop_index(_BEFORE, table_name="wallets")


def downgrade() -> None:
    """Take it out again."""
    op.create_index(_BEFORE, "wallets", ["account_id", "linked_at"])
    op.drop_index(_AFTER, table_name="wallets")
