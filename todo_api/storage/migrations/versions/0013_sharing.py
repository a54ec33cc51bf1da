"""Let lists have members besides their owners, who are invited by codes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Make the tables, which are empty."""
    op.add_column("lists", sa.Column("owner_joined_at", BinaryText))
    op.create_table(
        "list_members",
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("role", BinaryText, nullable=False),
        sa.Column("joined_at", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("list_id", "user_id", name="list_members_pkey"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name="list_members_list_id_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="list_members_user_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("list_members_user", "list_members", ["user_id"])
    op.create_table(
        "list_invitations",
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("hash", BinaryText, nullable=False),
        sa.Column("role", BinaryText, nullable=False),
        sa.Column("created_at", BinaryText, nullable=False),
        sa.Column("expires_at", BinaryText, nullable=False),
        sa.Column("used_by", sa.BigInteger),
        sa.PrimaryKeyConstraint("list_id", "id", name="list_invitations_pkey"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name="list_invitations_list_id_fkey", ondelete="CASCADE"
        ),
    )
    for column in ("hash", "expires_at"):
        op.create_index(f"list_invitations_{column}", "list_invitations", [column])
