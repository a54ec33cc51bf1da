"""Sort by `created_at` itself: an imported task brings its own."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Index it, as every other sort."""
    op.create_index("tasks_created", "tasks", ["user_id", "created_at", "id"])
