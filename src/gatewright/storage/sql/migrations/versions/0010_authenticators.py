"""Authenticators, pending steps, and how sessions were proven.

The tables are new. The columns have a constant default, so that neither database rewrites a row for them (SQLite,
"ALTER TABLE ADD COLUMN"; PostgreSQL 11 and newer, "Modifying Tables"). They come last, because on PostgreSQL they
block access to sessions until the transaction ends.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gatewright.storage.sql.types import DIGEST, ID, KEY, LONG_TEXT, MOMENT, NUMBER, text_up_to

revision = "0010"
down_revision = "0009"

_PROVEN = ("remembered", "sessions")


def upgrade() -> None:
    """Create the tables and add the columns."""
    _make_authenticators()
    _make_pending_steps()
    op.add_column("outbox", sa.Column("details", LONG_TEXT, nullable=False, server_default=""))
    op.add_column("users", sa.Column("password_by_mail", sa.Boolean, nullable=False, server_default=sa.false()))
    for table in _PROVEN:
        op.add_column(table, sa.Column("proven_by", LONG_TEXT, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns and the tables."""
    for table in _PROVEN:
        op.drop_column(table, "proven_by")
    op.drop_column("users", "password_by_mail")
    op.drop_column("outbox", "details")
    op.drop_table("pending_steps")
    op.drop_table("authenticators")


def _text(name: str, size: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, text_up_to(size), nullable=nullable)


def _account() -> sa.Column[str]:
    return sa.Column("account_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)


def _make_authenticators() -> None:
    op.create_table(
        "authenticators",
        sa.Column("id", ID, primary_key=True),
        _text("method", 64),
        _text("user_id", 255),
        _text("username", 255),
        _text("provider", 255),
        sa.Column("key", KEY, nullable=False),
        _text("name", 255),
        sa.Column("data", LONG_TEXT, nullable=False),
        sa.Column("counter", NUMBER, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT),
        _account(),
        sa.UniqueConstraint("key", "method", name="uq_authenticators_key_method"),
    )
    op.create_index("ix_authenticators_provider_user_id", "authenticators", ["provider", "user_id"])


def _make_pending_steps() -> None:
    op.create_table(
        "pending_steps",
        sa.Column("id", ID, primary_key=True),
        _text("kind", 64),
        _text("user_id", 255, nullable=True),
        _text("username", 255, nullable=True),
        _text("provider", 255, nullable=True),
        sa.Column("data", LONG_TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False, index=True),
        sa.Column("tries", sa.Integer, nullable=False),
        _account(),
        sa.Column("digest", DIGEST, nullable=False),
        sa.UniqueConstraint("digest", "kind", name="uq_pending_steps_digest_kind"),
    )
