"""Let users be disabled: they keep their tasks, and their credentials are refused."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")


def upgrade() -> None:
    """Add the time since when; nobody is disabled yet."""
    op.add_column("users", sa.Column("disabled_at", BinaryText))
