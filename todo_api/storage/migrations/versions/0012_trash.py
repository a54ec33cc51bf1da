"""Keep what is deleted in the trash for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Make the table, which is empty, and the counters of what is in it."""
    for name in ("trashed_tasks", "trashed_text"):
        column = sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        op.add_column("lists", column)
    op.create_table(
        "trash",
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("task_id", sa.BigInteger, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("deleted_at", BinaryText, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("list_id", "task_id", name="trash_pkey"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name="trash_list_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("trash_deleted", "trash", ["list_id", "deleted_at", "task_id"])
