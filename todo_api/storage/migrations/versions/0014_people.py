"""Let tasks tell who made them, who did them, and whom they are assigned to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Of the tasks that are there, nobody knows."""
    for name in ("created_by", "completed_by", "assigned_to"):
        op.add_column("tasks", sa.Column(name, sa.BigInteger))
    given = sa.text("assigned_to IS NOT NULL")
    op.create_index(
        "tasks_assigned",
        "tasks",
        ["list_id", "assigned_to", "id"],
        sqlite_where=given,
        postgresql_where=given,
    )
