"""Let tasks have a place in an order by hand."""

import sqlalchemy as sa
from alembic import op

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
    op.execute(f"UPDATE tasks SET position = {KEYS[bind.dialect.name]}")  # noqa: S608 - constants
    op.create_index("tasks_position", "tasks", ["list_id", "position", "id"])
