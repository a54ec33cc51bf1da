"""Remove what deleted users leave bit by bit, and find what has expired, whoever has it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Make the indexes and the table of leases, then touch `users`, whose lock hurts most."""
    op.create_index("deleted_tasks_eldest", "deleted_tasks", ["deleted_at"])
    create_partial_index("tokens_expires_at", "tokens", "expires_at")
    op.create_table(
        "leases",
        sa.Column("name", BinaryText, nullable=False),
        sa.Column("holder", BinaryText, nullable=False),
        sa.Column("until", BinaryText, nullable=False),
        sa.PrimaryKeyConstraint("name", name="leases_pkey"),
    )
    op.add_column("users", sa.Column("deleted_at", BinaryText))
    create_partial_index("users_deleted_at", "users", "deleted_at")


def create_partial_index(name: str, table: str, column: str) -> None:
    """Index the rows that have a value: most have none."""
    has_value = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=has_value, postgresql_where=has_value)
