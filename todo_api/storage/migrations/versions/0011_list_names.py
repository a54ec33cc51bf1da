"""Give lists names, time zones and times of creation."""

import sqlalchemy as sa
from alembic import op

from todo_api import times

revision = "0011"
down_revision = "0010"

BinaryText = sa.Text(collation="C").with_variant(sa.Text(collation="BINARY"), "sqlite")

# The earliest time that is known of a list, and none after its last change.
SET_CREATED_AT = """
    UPDATE lists SET created_at = coalesce(
        (SELECT registered_at FROM users WHERE users.id = lists.owner_id),
        (SELECT min(created_at) FROM tasks
         WHERE tasks.list_id = lists.id AND created_at <= lists.last_changed_at),
        last_changed_at,
        :now
    )
"""


def upgrade() -> None:
    """All lists that there are yet are their users' own."""
    for name, value in (("name", "Tasks"), ("time_zone", "UTC"), ("created_at", times.FIRST)):
        column = sa.Column(name, BinaryText, nullable=False, server_default=value)
        op.add_column("lists", column)
    op.execute(sa.text(SET_CREATED_AT).bindparams(now=times.now()))
