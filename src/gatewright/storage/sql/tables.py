"""The tables."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, false, text

from gatewright.storage.sql.types import DIGEST, ID, KEY, LONG_TEXT, MOMENT, NUMBER, text_up_to

metadata = MetaData()

_HAS_ACTOR = text("actor IS NOT NULL")

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True),
    Column("username", text_up_to(255), unique=True),
    Column("email", text_up_to(255), unique=True),
    Column("is_active", Boolean, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("last_login", MOMENT),
    Column("password_hash", text_up_to(512)),
    # With a default, like `_proven_by`.
    Column("password_by_mail", Boolean, nullable=False, server_default=false()),
    sqlite_with_rowid=False,  # looked up by key on every request: one B-tree to search instead of two
)


def _account() -> Column[str]:
    return Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)


def _proven_by() -> Column[str]:
    # With a default: during a rolling upgrade, servers of the previous release still insert rows without it.
    return Column("proven_by", LONG_TEXT, nullable=False, server_default="")


wallets = Table(
    "wallets",
    metadata,
    Column("evrmore_address", text_up_to(64), primary_key=True),
    Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("linked_at", MOMENT, nullable=False),
    Index("ix_wallets_account_id_linked_at_evrmore_address", "account_id", "linked_at", "evrmore_address"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", ID, primary_key=True),
    Column("evrmore_address", text_up_to(64), nullable=False),
    Column("challenge_text", LONG_TEXT, nullable=False, unique=True),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False, index=True),
    Column("used", Boolean, nullable=False),
    Column("client", text_up_to(64)),
    Index("ix_challenges_evrmore_address_created_at", "evrmore_address", "created_at"),
    Index("ix_challenges_client_created_at", "client", "created_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", text_up_to(255), nullable=False),
    Column("evrmore_address", text_up_to(64)),
    Column("provider", text_up_to(255), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False, index=True),
    Column("is_active", Boolean, nullable=False),
    Column("ip_address", text_up_to(64)),
    Column("user_agent", text_up_to(512)),
    Column("username", text_up_to(255), nullable=False),
    Column("last_seen_at", MOMENT, nullable=False),
    Column("is_fully_authenticated", Boolean, nullable=False),
    Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("secret_digest", DIGEST, unique=True),
    _proven_by(),
    Index("ix_sessions_user_id_created_at", "user_id", "created_at"),
)

roles = Table("roles", metadata, Column("name", text_up_to(255), primary_key=True), sqlite_with_rowid=False)

role_parents = Table(
    "role_parents",
    metadata,
    Column("role", text_up_to(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True),
    Column("parent", text_up_to(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)

user_roles = Table(
    "user_roles",
    metadata,
    _account(),
    Column("role", text_up_to(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

permissions = Table("permissions", metadata, Column("name", text_up_to(255), primary_key=True), sqlite_with_rowid=False)

user_permissions = Table(
    "user_permissions",
    metadata,
    _account(),
    Column("permission", text_up_to(257), primary_key=True),
    sqlite_with_rowid=False,
)

role_permissions = Table(
    "role_permissions",
    metadata,
    Column("role", text_up_to(255), ForeignKey("roles.name", ondelete="CASCADE"), primary_key=True),
    Column("permission", text_up_to(257), primary_key=True),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("at", MOMENT, nullable=False, index=True),
    Column("event", text_up_to(64), nullable=False),
    Column("user_id", text_up_to(255)),
    Column("username", text_up_to(255)),
    Column("provider", text_up_to(255)),
    Column("method", text_up_to(64)),
    Column("client", text_up_to(64)),
    Column("reason", text_up_to(255)),
    Column("actor", text_up_to(255)),
    Index("ix_audit_username_id", "username", "id"),
    Index("ix_audit_user_id", "user_id"),
    Index("ix_audit_actor", "actor", sqlite_where=_HAS_ACTOR, postgresql_where=_HAS_ACTOR),
    sqlite_autoincrement=True,  # a purge must not make numbers restart
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("action", text_up_to(32), nullable=False),
    Column("name", text_up_to(512), nullable=False),
    Column("client", text_up_to(64)),
    Column("at", MOMENT, nullable=False, index=True),
    Index("ix_attempts_action_name_at", "action", "name", "at"),
    Index("ix_attempts_action_client_at", "action", "client", "at"),
    Index("ix_attempts_action_name_client_at", "action", "name", "client", "at"),
)

remembered = Table(
    "remembered",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", text_up_to(255), nullable=False),
    Column("username", text_up_to(255), nullable=False),
    Column("provider", text_up_to(255), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False, index=True),
    Column("rotated_at", MOMENT, nullable=False),
    Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("digest", DIGEST, nullable=False),
    Column("previous_digest", DIGEST),
    _proven_by(),
    Index("ix_remembered_provider_user_id", "provider", "user_id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("provider", text_up_to(255), primary_key=True),
    Column("user_id", text_up_to(255), primary_key=True),
    Column("digest", DIGEST, nullable=False),
    Column("previous_digest", DIGEST),
    Column("expires_at", MOMENT, nullable=False, index=True),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    Column("id", ID, primary_key=True),
    Column("purpose", text_up_to(32), nullable=False),
    Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("email", text_up_to(255), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False, index=True),
    Column("digest", DIGEST, nullable=False, unique=True),
    Column("next_path", LONG_TEXT),
    UniqueConstraint("account_id", "purpose", name="uq_links_account_id_purpose"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", text_up_to(32), nullable=False),
    Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("email", text_up_to(255), nullable=False),
    Column("language", text_up_to(8), nullable=False),
    Column("base_url", text_up_to(255), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("due_at", MOMENT, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("error", text_up_to(255)),
    Column("next_path", LONG_TEXT),
    Column("details", LONG_TEXT, nullable=False, server_default=""),
)

authenticators = Table(
    "authenticators",
    metadata,
    Column("id", ID, primary_key=True),
    Column("method", text_up_to(64), nullable=False),
    Column("user_id", text_up_to(255), nullable=False),
    Column("username", text_up_to(255), nullable=False),
    Column("provider", text_up_to(255), nullable=False),
    Column("key", KEY, nullable=False),
    Column("name", text_up_to(255), nullable=False),
    Column("data", LONG_TEXT, nullable=False),
    Column("counter", NUMBER, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("last_used_at", MOMENT),
    Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    # The key first: an index that begins with the method might be chosen to find the few rows of one user.
    UniqueConstraint("key", "method", name="uq_authenticators_key_method"),
    Index("ix_authenticators_provider_user_id", "provider", "user_id"),
)

pending_steps = Table(
    "pending_steps",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", text_up_to(64), nullable=False),
    Column("user_id", text_up_to(255)),
    Column("username", text_up_to(255)),
    Column("provider", text_up_to(255)),
    Column("data", LONG_TEXT, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("account_id", ID, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("digest", DIGEST, nullable=False),
    UniqueConstraint("digest", "kind", name="uq_pending_steps_digest_kind"),
)

profiles = Table("profiles", metadata, _account(), Column("fields", LONG_TEXT, nullable=False), sqlite_with_rowid=False)
