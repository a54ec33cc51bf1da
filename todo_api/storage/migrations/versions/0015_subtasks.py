"""Let tasks be parts of others, and come back from the trash together."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """All tasks that are there are on the top level."""
    given = sa.text("parent_id IS NOT NULL")
    for table, id_ in (("tasks", "id"), ("trash", "task_id")):
        op.add_column(table, sa.Column("parent_id", sa.BigInteger))
        op.create_index(
            f"{table}_parent",
            table,
            ["list_id", "parent_id", id_],
            sqlite_where=given,
            postgresql_where=given,
        )
