"""Make the table of imports that are inserted piece by piece."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Let an import be certain before it is inserted."""
    op.create_table(
        "staged_imports",
        sa.Column("list_id", sa.BigInteger, nullable=False),
        sa.Column("before", sa.BigInteger, nullable=False),
        sa.Column("by", sa.BigInteger, nullable=False),
        sa.Column("tasks", sa.LargeBinary, nullable=False),
        sa.Column("left_out", sa.Text, nullable=False),
        sa.Column("parents", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["lists.id"], name="staged_imports_list_id_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "before", name="staged_imports_pkey"),
    )
