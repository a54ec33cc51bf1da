"""Let imports that are inserted piece by piece keep their order by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Leave those that are staged in the order of their files."""
    op.add_column("staged_imports", sa.Column("seats", sa.Text, nullable=True))
