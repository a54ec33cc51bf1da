"""Let tasks have a place in an order by hand."""

import sqlalchemy as sa
from alembic import op

from todo_api.storage.migrations.pieces import pieces, reflected

revision = "0017"
down_revision = "0016"

# Of `storage.positions`, as they were then.
NUMBER = f"{2**31} + 8 * (id & {2**26 - 1})"
KEYS = {
    "sqlite": f"printf('%08x', {NUMBER})",
    "postgresql": f"lpad(to_hex({NUMBER}), 8, '0')",
}


def upgrade() -> None:
    """Tasks that are there stand in the order of their ids."""
    bind = op.get_bind()
    text = sa.Text(collation={"sqlite": "BINARY", "postgresql": "C"}[bind.dialect.name])
    op.add_column("tasks", sa.Column("position", text, nullable=False, server_default=""))
    tasks = reflected("tasks")
    position: sa.ColumnElement[str] = sa.literal_column(KEYS[bind.dialect.name])
    for within in pieces(tasks, "tasks have a place"):
        bind.execute(sa.update(tasks).where(within).values(position=position))
    op.create_index("tasks_position", "tasks", ["list_id", "position", "id"])
