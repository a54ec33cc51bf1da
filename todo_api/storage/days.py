"""When the days on which a list's tasks are due end: in the time zone of the list.

Tasks are found and sorted by that moment, so each has it beside its day.
"""

from sqlalchemy import bindparam, func, select, update

from todo_api import times
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import tasks

_IN_LIST = tasks.c.list_id == bindparam("in_list")
SELECT_DAYS = Statement(
    select(tasks.c.due, tasks.c.due_key)
    .distinct()
    .where(_IN_LIST, func.length(tasks.c.due) == times.DAY_LENGTH)
)
# The key comes first, because there is an index of it.
MOVE_DAY = Statement(
    update(tasks)
    .where(_IN_LIST, tasks.c.due_key == bindparam("old_end"), tasks.c.due == bindparam("day"))
    .values(due_key=bindparam("new_end"))
)


def move_days(db: Connection, list_id: int, zone: str) -> None:
    """Let the days of a list's tasks end in another time zone.

    The row of the list is locked, so that no task is added meanwhile.
    """
    db.require_thread()
    moved = [
        {"in_list": list_id, "day": day, "old_end": old, "new_end": times.due_end(day, zone)}
        for day, old in db.all(SELECT_DAYS, {"in_list": list_id})
    ]
    if moved:
        db.execute_many(MOVE_DAY, moved)
