"""Identities at a provider, sign-ins under way there, and a list of sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _account() -> sa.Column[int]:
    return sa.Column("account", sa.Integer, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "identities",
        *(
            sa.Column("issuer", sa.String(500), primary_key=True),
            sa.Column("subject", sa.String(255), primary_key=True),
            _account(),
        ),
    )
    op.create_index("ix_identities_account", "identities", ["account"])
    op.create_table(
        "handshakes",
        *(
            sa.Column("digest", sa.String(64), primary_key=True),
            sa.Column("began", sa.Float, nullable=False),
        ),
    )
    op.create_table(
        "sign_ins",
        *(
            sa.Column("id", sa.Integer, primary_key=True),
            _account(),
            sa.Column("at", sa.Float, nullable=False),
            sa.Column("way", sa.String(500), nullable=False),
        ),
    )
    op.create_index("ix_sign_ins_at", "sign_ins", ["at"])


def downgrade() -> None:
    """Take the tables away."""
    for name in ("sign_ins", "handshakes", "identities"):
        op.drop_table(name)
