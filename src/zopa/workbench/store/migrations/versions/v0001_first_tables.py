"""Accounts, sessions, cases and their members, comments, codings, jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _case(**more: Any) -> sa.Column[str]:
    return sa.Column("case", sa.String(200), sa.ForeignKey("cases.id", ondelete="CASCADE"), **more)


def _account(name: str = "account", ondelete: str | None = None, **more: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("accounts.id", ondelete=ondelete), **more)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accounts",
        *(
            _number(),
            sa.Column("name", sa.String(200), nullable=False),
            sa.Column("full_name", sa.String(200), nullable=False, server_default=""),
            sa.Column("password", sa.Text, nullable=False),
            sa.Column("active", sa.Boolean, nullable=False),
            sa.Column("made", sa.Float, nullable=False),
            sa.UniqueConstraint("name", name="uq_accounts_name"),
        ),
    )
    op.create_table(
        "sessions",
        *(
            sa.Column("digest", sa.String(64), primary_key=True),
            _account(ondelete="CASCADE", nullable=False),
            sa.Column("began", sa.Float, nullable=False),
            sa.Column("seen", sa.Float, nullable=False),
        ),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_table(
        "attempts",
        *(
            _number(),
            sa.Column("whose", sa.String(64), nullable=False),
            sa.Column("at", sa.Float, nullable=False),
        ),
    )
    op.create_index("ix_attempts_whose_at", "attempts", ["whose", "at"])
    op.create_table(
        "cases",
        *(
            sa.Column("id", sa.String(200), primary_key=True),
            sa.Column("folder", sa.Text, nullable=False),
        ),
    )
    op.create_table(
        "members",
        *(
            _case(primary_key=True),
            _account(ondelete="CASCADE", primary_key=True),
            sa.Column("role", sa.String(20), nullable=False),
            sa.Column("blind", sa.Boolean, nullable=False),
        ),
    )
    op.create_table(
        "comments",
        *(
            _number(),
            _case(nullable=False),
            sa.Column("record", sa.Text, nullable=False),
            _account("author", nullable=False),
            sa.Column("at", sa.Float, nullable=False),
            sa.Column("text", sa.Text, nullable=False),
            sa.Column("resolved", sa.Boolean, nullable=False),
        ),
    )
    op.create_index("ix_comments_case_record", "comments", ["case", "record"])
    op.create_table(
        "codings",
        *(
            _number(),
            _case(nullable=False),
            _account(nullable=False),
            sa.Column("statement", sa.String(200), nullable=False),
            sa.Column("field", sa.String(40), nullable=False),
            sa.Column("value", sa.Text, nullable=False),
            sa.Column("at", sa.Float, nullable=False),
            sa.UniqueConstraint(
                "case", "account", "statement", "field", name="uq_codings_case_account_statement_field"
            ),
        ),
    )
    op.create_table(
        "jobs",
        *(
            _number(),
            _case(nullable=False),
            _account(nullable=True),
            sa.Column("kind", sa.String(40), nullable=False),
            sa.Column("settings", sa.Text, nullable=False),
            sa.Column("folder", sa.Text, nullable=False, server_default=""),
            sa.Column("state", sa.String(20), nullable=False),
            sa.Column("done", sa.Float, nullable=False),
            sa.Column("says", sa.Text, nullable=False, server_default=""),
            sa.Column("cancel", sa.Boolean, nullable=False),
            sa.Column("made", sa.Float, nullable=False),
            sa.Column("seen", sa.Float, nullable=False),
        ),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"])


def downgrade() -> None:
    """Take the tables away."""
    for name in ("jobs", "codings", "comments", "members", "cases", "attempts", "sessions", "accounts"):
        op.drop_table(name)
