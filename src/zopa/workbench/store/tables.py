"""The tables of the store. Times are seconds since 1970; each change of a table is a migration."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "accounts",
    "attempts",
    "cases",
    "codings",
    "comments",
    "handshakes",
    "identities",
    "jobs",
    "members",
    "metadata",
    "sessions",
    "sign_ins",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
NAME = String(200)

accounts = Table(
    "accounts",
    metadata,
    *(
        Column("id", Integer, primary_key=True),
        Column("name", NAME, nullable=False, unique=True),
        Column("full_name", NAME, nullable=False, server_default=""),
        Column("password", Text, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("made", Float, nullable=False),
    ),
)
sessions = Table(
    "sessions",
    metadata,
    *(
        Column("digest", String(64), primary_key=True),
        Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("began", Float, nullable=False),
        Column("seen", Float, nullable=False),
    ),
)
attempts = Table(
    "attempts",
    metadata,
    *(
        Column("id", Integer, primary_key=True),
        Column("whose", String(64), nullable=False),
        Column("at", Float, nullable=False),
        Index(None, "whose", "at"),
    ),
)
identities = Table(
    "identities",
    metadata,
    *(
        Column("issuer", String(500), primary_key=True),
        Column("subject", String(255), primary_key=True),
        Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    ),
)
handshakes = Table(
    "handshakes",
    metadata,
    *(
        Column("digest", String(64), primary_key=True),
        Column("began", Float, nullable=False),
    ),
)
sign_ins = Table(
    "sign_ins",
    metadata,
    *(
        Column("id", Integer, primary_key=True),
        Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
        Column("at", Float, nullable=False, index=True),
        Column("way", String(500), nullable=False),
    ),
)
cases = Table(
    "cases",
    metadata,
    *(
        Column("id", NAME, primary_key=True),
        Column("folder", Text, nullable=False),
    ),
)
members = Table(
    "members",
    metadata,
    *(
        Column("case", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
        Column("role", String(20), nullable=False),
        Column("blind", Boolean, nullable=False),
    ),
)
comments = Table(
    "comments",
    metadata,
    *(
        Column("id", Integer, primary_key=True),
        Column("case", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        Column("record", Text, nullable=False),
        Column("author", ForeignKey("accounts.id"), nullable=False),
        Column("at", Float, nullable=False),
        Column("text", Text, nullable=False),
        Column("resolved", Boolean, nullable=False),
        Index(None, "case", "record"),
    ),
)
codings = Table(
    "codings",
    metadata,
    *(
        Column("id", Integer, primary_key=True),
        Column("case", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        Column("account", ForeignKey("accounts.id"), nullable=False),
        Column("statement", NAME, nullable=False),
        Column("field", String(40), nullable=False),
        Column("value", Text, nullable=False),
        Column("at", Float, nullable=False),
        UniqueConstraint("case", "account", "statement", "field"),
    ),
)
jobs = Table(
    "jobs",
    metadata,
    *(
        Column("id", Integer, primary_key=True),
        Column("case", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        Column("account", ForeignKey("accounts.id"), nullable=True),
        Column("kind", String(40), nullable=False),
        Column("settings", Text, nullable=False),
        Column("folder", Text, nullable=False, server_default=""),
        Column("state", String(20), nullable=False, index=True),
        Column("done", Float, nullable=False),
        Column("says", Text, nullable=False, server_default=""),
        Column("cancel", Boolean, nullable=False),
        Column("made", Float, nullable=False),
        Column("seen", Float, nullable=False),
    ),
)
