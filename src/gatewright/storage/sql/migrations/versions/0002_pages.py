"""Tables for the built-in pages: attempts, remembered browsers, links, letters and profiles."""

import sqlalchemy as sa
from alembic import op

from gatewright.storage.sql.types import DIGEST, ID, LONG_TEXT, MOMENT, text_up_to

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    _make_attempts()
    _make_remembered()
    _make_links()
    _make_letters()
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    op.create_table(
        "profiles",
        sa.Column("account_id", ID, owner, primary_key=True),
        sa.Column("fields", LONG_TEXT, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("profiles", "letters", "links", "remembered", "attempts"):
        op.drop_table(table)


def _text(name: str, size: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, text_up_to(size), nullable=nullable)


def _id() -> sa.Column[str]:
    return sa.Column("id", ID, primary_key=True)


def _account(*, nullable: bool = False, index: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("account_id", ID, owner, nullable=nullable, index=index)


def _moment(name: str, *, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, MOMENT, nullable=False, index=index)


def _make_attempts() -> None:
    op.create_table(
        "attempts",
        _id(),
        _text("action", 32),
        _text("name", 512),
        _text("client", 64, nullable=True),
        _moment("at", index=True),
    )
    op.create_index("ix_attempts_action_name_at", "attempts", ["action", "name", "at"])
    op.create_index("ix_attempts_action_client_at", "attempts", ["action", "client", "at"])
    op.create_index("ix_attempts_action_name_client_at", "attempts", ["action", "name", "client", "at"])


def _make_remembered() -> None:
    op.create_table(
        "remembered",
        _id(),
        _text("user_id", 255),
        _text("username", 255),
        _text("provider", 255),
        _moment("created_at"),
        _moment("expires_at", index=True),
        _moment("rotated_at"),
        _account(nullable=True, index=True),
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("previous_digest", DIGEST),
    )
    op.create_index("ix_remembered_provider_user_id", "remembered", ["provider", "user_id"])


def _make_links() -> None:
    op.create_table(
        "links",
        _id(),
        _text("purpose", 32),
        _account(),
        _text("email", 255),
        _moment("created_at"),
        _moment("expires_at", index=True),
        sa.Column("digest", DIGEST, nullable=False, unique=True),
        sa.UniqueConstraint("account_id", "purpose", name="uq_links_account_id_purpose"),
    )


def _make_letters() -> None:
    op.create_table(
        "letters",
        _id(),
        _text("kind", 32),
        _account(index=True),
        _text("email", 255),
        _text("language", 8),
        _text("base_url", 255),
        _moment("created_at"),
        _moment("due_at", index=True),
        sa.Column("tries", sa.Integer, nullable=False),
        _text("error", 255, nullable=True),
    )
