"""Remember what other programs call the tasks that were imported from them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Add the column, and the index of those that have a value."""
    op.add_column("tasks", sa.Column("uid", BinaryText))
    given = sa.text("uid IS NOT NULL")
    op.create_index(
        "tasks_uid",
        "tasks",
        ["user_id", "uid"],
        unique=True,
        sqlite_where=given,
        postgresql_where=given,
    )
