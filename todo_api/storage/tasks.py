"""The statements on tasks.

Each names the owner: another user's task is simply absent. They are built once, here, because
building one costs more than running it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from todo_api.storage.errors import UserGone
from todo_api.storage.schema import tasks, users


class TaskRow(NamedTuple):
    """A task as it is stored; `id` is unique among its owner's tasks."""

    id: int
    title: str
    description: str
    done: bool


COLUMNS = (tasks.c.id, tasks.c.title, tasks.c.description, tasks.c.done)
IS_OWN = tasks.c.user_id == bindparam("owner_id")
IS_TASK = tasks.c.id == bindparam("task_id")

SELECT_TASKS = select(*COLUMNS).where(IS_OWN).order_by(tasks.c.id)
SELECT_TASK = select(*COLUMNS).where(IS_OWN, IS_TASK)
COUNT_UP = (
    update(users)
    .where(users.c.id == bindparam("owner_id"))
    .values(last_task_id=users.c.last_task_id + 1)
    .returning(users.c.last_task_id)
)
INSERT_TASK = insert(tasks)
UPDATE_TASK = update(tasks).where(IS_OWN, IS_TASK).returning(*COLUMNS)
DELETE_TASK = delete(tasks).where(IS_OWN, IS_TASK)


def select_tasks(db: Connection, user_id: int) -> list[TaskRow]:
    """Return all tasks of a user in the order of their ids."""
    return [TaskRow._make(row) for row in db.execute(SELECT_TASKS, {"owner_id": user_id})]


def select_task(db: Connection, user_id: int, task_id: int) -> TaskRow | None:
    """Return a user's task, or None."""
    row = db.execute(SELECT_TASK, {"owner_id": user_id, "task_id": task_id}).first()
    return None if row is None else TaskRow._make(row)


def insert_task(
    db: Connection, user_id: int, *, title: str, description: str, done: bool
) -> TaskRow:
    """Return the new task. Its id is the next one of its owner and is never used again.

    Raises `UserGone`. Until the transaction ends, other insertions for this user wait.
    """
    task_id = db.execute(COUNT_UP, {"owner_id": user_id}).scalar()
    if task_id is None:
        raise UserGone
    task = TaskRow(task_id, title, description, done)
    db.execute(INSERT_TASK, {"user_id": user_id, **task._asdict()})
    return task


def update_task(
    db: Connection, user_id: int, task_id: int, changes: Mapping[str, object]
) -> TaskRow | None:
    """Return a user's task with `changes` (column to value) made, or None without such a task.

    One statement, so that changes of other columns made at the same time are kept.
    """
    if not changes:
        return select_task(db, user_id, task_id)
    # SQLAlchemy makes the SET clause out of those parameters that are named like a column.
    row = db.execute(UPDATE_TASK, {"owner_id": user_id, "task_id": task_id, **changes}).first()
    return None if row is None else TaskRow._make(row)


def delete_task(db: Connection, user_id: int, task_id: int) -> bool:
    """Tell whether there was such a task of this user; now there is none."""
    return db.execute(DELETE_TASK, {"owner_id": user_id, "task_id": task_id}).rowcount > 0
