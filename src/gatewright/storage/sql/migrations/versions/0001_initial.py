"""Users, wallets, challenges, sessions, roles, permissions and the audit record."""

import sqlalchemy as sa
from alembic import op

from gatewright.storage.sql.types import DIGEST, ID, LONG_TEXT, MOMENT, NUMBER, text_up_to

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    _make_users()
    _make_challenges()
    _make_sessions()
    _make_rights()
    _make_audit()


def downgrade() -> None:
    """Drop the tables."""
    rights = ("role_permissions", "user_permissions", "permissions", "user_roles", "role_parents", "roles")
    for table in ("audit", *rights, "sessions", "challenges", "wallets", "users"):
        op.drop_table(table)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, MOMENT, nullable=nullable)


def _account(*, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("account_id", ID, owner, primary_key=primary_key, nullable=nullable)


def _role(name: str) -> sa.Column[str]:
    return sa.Column(name, text_up_to(255), sa.ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True)


def _name() -> sa.Column[str]:
    return sa.Column("name", text_up_to(255), primary_key=True)


def _permission() -> sa.Column[str]:
    return sa.Column("permission", text_up_to(257), primary_key=True)


def _make_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", ID, primary_key=True),
        sa.Column("username", text_up_to(255), unique=True),
        sa.Column("email", text_up_to(255), unique=True),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("is_verified", sa.Boolean, nullable=False),
        _moment("created_at"),
        _moment("last_login", nullable=True),
        sa.Column("password_hash", text_up_to(512)),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wallets",
        sa.Column("evrmore_address", text_up_to(64), primary_key=True),
        _account(),
        _moment("linked_at"),
    )
    op.create_index("ix_wallets_account_id_linked_at", "wallets", ["account_id", "linked_at"])


def _make_challenges() -> None:
    op.create_table(
        "challenges",
        sa.Column("id", ID, primary_key=True),
        sa.Column("evrmore_address", text_up_to(64), nullable=False),
        sa.Column("challenge_text", LONG_TEXT, nullable=False, unique=True),
        _moment("created_at"),
        _moment("expires_at"),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.Column("client", text_up_to(64)),
    )
    op.create_index("ix_challenges_expires_at", "challenges", ["expires_at"])
    op.create_index("ix_challenges_evrmore_address_created_at", "challenges", ["evrmore_address", "created_at"])
    op.create_index("ix_challenges_client_created_at", "challenges", ["client", "created_at"])


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", text_up_to(255), nullable=False),
        sa.Column("evrmore_address", text_up_to(64)),
        sa.Column("provider", text_up_to(255), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("ip_address", text_up_to(64)),
        sa.Column("user_agent", text_up_to(512)),
        sa.Column("username", text_up_to(255), nullable=False),
        _moment("last_seen_at"),
        sa.Column("is_fully_authenticated", sa.Boolean, nullable=False),
        _account(nullable=True),
        sa.Column("secret_digest", DIGEST, unique=True),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user_id_created_at", "sessions", ["user_id", "created_at"])


def _make_rights() -> None:
    """Create tables whose rows consist of their keys: with row ids, SQLite would store each row twice."""
    _make_set("roles", _name())
    _make_set("role_parents", _role("role"), _role("parent"))
    _make_set("user_roles", _account(primary_key=True), _role("role"))
    _make_set("permissions", _name())
    _make_set("user_permissions", _account(primary_key=True), _permission())
    _make_set("role_permissions", _role("role"), _permission())


def _make_set(name: str, *columns: sa.Column[str]) -> None:
    op.create_table(name, *columns, sqlite_with_rowid=False)


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, primary_key=True),
        _moment("at"),
        sa.Column("event", text_up_to(64), nullable=False),
        sa.Column("user_id", text_up_to(255)),
        sa.Column("username", text_up_to(255)),
        sa.Column("provider", text_up_to(255)),
        sa.Column("method", text_up_to(64)),
        sa.Column("client", text_up_to(64)),
        sa.Column("reason", text_up_to(255)),
        sa.Column("actor", text_up_to(255)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_username_id", "audit", ["username", "id"])
