"""The tables. Timestamps are UTC ISO text with ``T`` and without offset, so that text order is time order."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, MetaData, String, Table, Text

metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("username", String(255), unique=True),
    Column("email", String(255), unique=True),
    Column("evrmore_address", String(64), unique=True),
    Column("is_active", Boolean, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    Column("created_at", String(26), nullable=False),
    Column("last_login", String(26)),
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
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("evrmore_address", String(64)),
    Column("provider", String(255), nullable=False),
    Column("created_at", String(26), nullable=False),
    Column("expires_at", String(26), nullable=False, index=True),
    Column("is_active", Boolean, nullable=False),
    Column("ip_address", String(64)),
    Column("user_agent", String(512)),
    Index("ix_sessions_user_id_created_at", "user_id", "created_at"),
)
