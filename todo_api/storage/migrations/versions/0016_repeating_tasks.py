"""Let tasks repeat, and days end in the time zones of lists."""

import sqlalchemy as sa
from alembic import op

from todo_api import times

revision = "0016"
down_revision = "0015"

LISTS = sa.table("lists", *map(sa.column, ("id", "time_zone")))
TASKS = sa.table("tasks", *map(sa.column, ("list_id", "due", "due_key")))
MOVE_DAY = (
    sa.update(TASKS)
    .where(
        TASKS.c.list_id == sa.bindparam("in_list"),
        TASKS.c.due_key == sa.bindparam("old_end"),
        TASKS.c.due == sa.bindparam("day"),
    )
    .values(due_key=sa.bindparam("new_end"))
)


def upgrade() -> None:
    """No task has repeated so far, and all days have ended in UTC."""
    op.add_column("tasks", sa.Column("repeat", sa.Text))
    for name in ("previous_id", "next_id", "next_version"):
        op.add_column("tasks", sa.Column(name, sa.BigInteger))
    move_days()


def move_days() -> None:
    """Let days end in the time zones of their lists."""
    db = op.get_bind()
    elsewhere = sa.select(LISTS).where(LISTS.c.time_zone != times.UTC_NAME)
    for list_id, zone in db.execute(elsewhere).all():
        in_list = TASKS.c.list_id == list_id
        is_day = sa.func.length(TASKS.c.due) == times.DAY_LENGTH
        days = db.execute(sa.select(TASKS.c.due, TASKS.c.due_key).distinct().where(in_list, is_day))
        moved = [
            {"in_list": list_id, "day": day, "old_end": old, "new_end": times.due_end(day, zone)}
            for day, old in days.all()
        ]
        if moved:
            db.execute(MOVE_DAY, moved)
