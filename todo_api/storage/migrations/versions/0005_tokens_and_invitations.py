"""Let users have tokens, and let newcomers be invited."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "tokens",
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("name", BinaryText, nullable=False),
        sa.Column("scope", BinaryText, nullable=False),
        sa.Column("hash", BinaryText, nullable=False),
        sa.Column("created_at", BinaryText, nullable=False),
        sa.Column("expires_at", BinaryText),
        sa.Column("last_used_at", BinaryText),
        sa.PrimaryKeyConstraint("user_id", "id", name="tokens_pkey"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="tokens_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("tokens_id", "tokens", ["id"], unique=True)
    op.create_index("tokens_hash", "tokens", ["hash"], unique=True)
    op.create_table(
        "invitations",
        sa.Column("username", BinaryText, nullable=False),
        sa.Column("hash", BinaryText, nullable=False),
        sa.Column("expires_at", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("username", name="invitations_pkey"),
    )
