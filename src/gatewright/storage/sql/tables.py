"""The tables. Timestamps are UTC ISO text with ``T`` and without offset, so that text order is time order."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# SQLite keeps texts whole, whatever length is declared: an account's identifier may have 255 characters.

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("username", String(255), unique=True),
    Column("email", String(255), unique=True),
    Column("is_active", Boolean, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("created_at", String(26), nullable=False),
    Column("last_login", String(26)),
    Column("password_hash", String(512)),
    sqlite_with_rowid=False,  # found by key on every request: one tree to search, not two
)


def _account() -> Column[str]:
    return Column("account_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


wallets = Table(
    "wallets",
    metadata,
    Column("evrmore_address", String(64), primary_key=True),
    Column("account_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", String(26), nullable=False),
    Index("ix_wallets_account_id_linked_at_evrmore_address", "account_id", "linked_at", "evrmore_address"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("evrmore_address", String(64), nullable=False),
    Column("challenge_text", Text, nullable=False, unique=True),
    Column("created_at", String(26), nullable=False),
    Column("expires_at", String(26), nullable=False, index=True),
    Column("used", Boolean, nullable=False),
    Column("client", String(64)),
    Index("ix_challenges_evrmore_address_created_at", "evrmore_address", "created_at"),
    Index("ix_challenges_client_created_at", "client", "created_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", String(255), nullable=False),
    Column("evrmore_address", String(64)),
    Column("provider", String(255), nullable=False),
    Column("created_at", String(26), nullable=False),
    Column("expires_at", String(26), nullable=False, index=True),
    Column("is_active", Boolean, nullable=False),
    Column("ip_address", String(64)),
    Column("user_agent", String(512)),
    Column("username", String(255), nullable=False),
    Column("last_seen_at", String(26), nullable=False),
    Column("is_fully_authenticated", Boolean, nullable=False),
    Column("account_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("secret_digest", LargeBinary(32), unique=True),
    Index("ix_sessions_user_id_created_at", "user_id", "created_at"),
)

roles = Table("roles", metadata, Column("name", String(255), primary_key=True), sqlite_with_rowid=False)

role_parents = Table(
    "role_parents",
    metadata,
    Column("role", String(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True),
    Column("parent", String(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)

user_roles = Table(
    "user_roles",
    metadata,
    _account(),
    Column("role", String(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

permissions = Table("permissions", metadata, Column("name", String(255), primary_key=True), sqlite_with_rowid=False)

user_permissions = Table(
    "user_permissions",
    metadata,
    _account(),
    Column("permission", String(257), primary_key=True),
    sqlite_with_rowid=False,
)

role_permissions = Table(
    "role_permissions",
    metadata,
    Column("role", String(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True),
    Column("permission", String(257), primary_key=True),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(26), nullable=False, index=True),
    Column("event", String(64), nullable=False),
    Column("user_id", String(255)),
    Column("username", String(255)),
    Column("provider", String(255)),
    Column("method", String(64)),
    Column("client", String(64)),
    Column("reason", String(255)),
    Column("actor", String(255)),
    Index("ix_audit_username_id", "username", "id"),
    Index("ix_audit_user_id", "user_id"),
    Index("ix_audit_actor", "actor", sqlite_where=text("actor IS NOT NULL")),
    sqlite_autoincrement=True,  # a purge must not make numbers start over
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("action", String(32), nullable=False),
    Column("name", String(512), nullable=False),
    Column("client", String(64)),
    Column("at", String(26), nullable=False, index=True),
    Index("ix_attempts_action_name_at", "action", "name", "at"),
    Index("ix_attempts_action_client_at", "action", "client", "at"),
    Index("ix_attempts_action_name_client_at", "action", "name", "client", "at"),
)

remembered = Table(
    "remembered",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", String(255), nullable=False),
    Column("username", String(255), nullable=False),
    Column("provider", String(255), nullable=False),
    Column("created_at", String(26), nullable=False),
    Column("expires_at", String(26), nullable=False, index=True),
    Column("rotated_at", String(26), nullable=False),
    Column("account_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("previous_digest", LargeBinary(32)),
    Index("ix_remembered_provider_user_id", "provider", "user_id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("provider", String(255), primary_key=True),
    Column("user_id", String(255), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("previous_digest", LargeBinary(32)),
    Column("expires_at", String(26), nullable=False, index=True),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("account_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("email", String(255), nullable=False),
    Column("created_at", String(26), nullable=False),
    Column("expires_at", String(26), nullable=False, index=True),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("next_path", Text),
    UniqueConstraint("account_id", "purpose", name="uq_links_account_id_purpose"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("account_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("email", String(255), nullable=False),
    Column("language", String(8), nullable=False),
    Column("base_url", String(255), nullable=False),
    Column("created_at", String(26), nullable=False),
    Column("due_at", String(26), nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("error", String(255)),
    Column("next_path", Text),
)

profiles = Table("profiles", metadata, _account(), Column("fields", Text, nullable=False), sqlite_with_rowid=False)
