"""The statements on tasks.

Each names the owner: another user's task is simply absent. They are built once, here, because
building one costs more than running it.

Each change of a task raises `last_change` on the owner's row, which stays locked until the
transaction ends. So the changes of a user have one order without gaps; whatever else a change
reads can be relied on; and a change that is refused must leave by an exception, which undoes it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from todo_api import times
from todo_api.storage.errors import (
    TaskChangedError,
    TaskMissingError,
    UserGoneError,
    ValuesDifferError,
)
from todo_api.storage.schema import deleted_tasks, tasks, users
from todo_api.storage.search_index import LABELS, WORDS, found_by


class TaskRow(NamedTuple):
    """A task as it is stored; `id` is unique among its owner's tasks."""

    id: int
    title: str
    description: str
    done: bool
    due: str | None
    priority: int
    labels: list[str]
    created_at: str
    updated_at: str
    completed_at: str | None
    change: int
    """The number of its last change among those of all its owner's tasks."""


class Change(NamedTuple):
    """A change that has begun, or the last of several at once."""

    number: int
    at: str
    last_task_id: int
    """The id of the task that the change makes, if it makes one."""


COLUMNS = tuple(tasks.c[name] for name in TaskRow._fields)
IS_OWN = tasks.c.user_id == bindparam("owner_id")
IS_TASK = tasks.c.id == bindparam("task_id")
IS_VERSION = tasks.c.change.in_(bindparam("versions", expanding=True))

SELECT_TASK = select(*COLUMNS).where(IS_OWN, IS_TASK)
SELECT_WHOLE_TASK = select(*COLUMNS, tasks.c.words).where(IS_OWN, IS_TASK)
SELECT_LAST_CHANGE = select(users.c.last_change).where(users.c.id == bindparam("owner_id"))
BEGIN_CHANGE = (
    update(users)
    .where(users.c.id == bindparam("owner_id"))
    .values(
        last_change=users.c.last_change + bindparam("changes"),
        # A clock may be set back; the times of a user's changes never go back.
        last_changed_at=case(
            (users.c.last_changed_at > bindparam("now"), users.c.last_changed_at),
            else_=bindparam("now"),
        ),
        last_task_id=users.c.last_task_id + bindparam("new_tasks"),
    )
    .returning(users.c.last_change, users.c.last_changed_at, users.c.last_task_id)
)
INSERT_TASK = insert(tasks)
UPDATE_TASK = update(tasks).where(IS_OWN, IS_TASK).returning(*COLUMNS)
DELETE_TASK = delete(tasks).where(IS_OWN, IS_TASK).returning(tasks.c.labels, tasks.c.words)
UPDATE_VERSION = UPDATE_TASK.where(IS_VERSION)
DELETE_VERSION = DELETE_TASK.where(IS_VERSION)
INSERT_TOMBSTONE = insert(deleted_tasks)


def select_task(db: Connection, user_id: int, task_id: int) -> TaskRow | None:
    """Return a user's task, or None."""
    row = db.execute(SELECT_TASK, {"owner_id": user_id, "task_id": task_id}).first()
    return None if row is None else TaskRow._make(row)


def select_last_change(db: Connection, user_id: int) -> int:
    """Return the number of the last change of any of a user's tasks. Raises `UserGoneError`."""
    change: int | None = db.execute(SELECT_LAST_CHANGE, {"owner_id": user_id}).scalar()
    if change is None:
        raise UserGoneError
    return change


def insert_task(
    db: Connection,
    user_id: int,
    *,
    title: str,
    description: str = "",
    done: bool = False,
    due: str | None = None,
    priority: int = 0,
    labels: Collection[str] = (),
) -> TaskRow:
    """Return the new task. Its id is the next one of its owner and is never used again.

    Raises `UserGoneError`. Until the transaction ends, other changes of this user's tasks wait.
    """
    change = begin_change(db, user_id, new_tasks=1)
    task = TaskRow(
        id=change.last_task_id,
        title=title,
        description=description,
        done=done,
        due=due,
        priority=priority,
        labels=sorted(labels),
        created_at=change.at,
        updated_at=change.at,
        completed_at=change.at if done else None,
        change=change.number,
    )
    columns = task._asdict()
    keys = found_by(columns, columns)
    db.execute(INSERT_TASK, {"user_id": user_id, **columns, **keys})
    LABELS.renew(db, user_id, task.id, old=(), new=task.labels)
    WORDS.renew(db, user_id, task.id, old=(), new=keys["words"].split())
    return task


def update_task(
    db: Connection,
    user_id: int,
    task_id: int,
    changes: Mapping[str, Any],
    *,
    versions: Sequence[int] | None = None,
    unchangeable: Mapping[str, Any] | None = None,
) -> TaskRow:
    """Return a user's task with `changes` (column to value) made.

    With `versions` the change is made only while the task's last change is one of these, compared
    in the same statement. Values that came along for what is `unchangeable` must be right. Where
    there is nothing to change, nothing is counted as a change.

    Raises `UserGoneError`, `TaskMissingError`, `TaskChangedError`, `ValuesDifferError`; each has to
    leave the transaction.
    """
    if not changes:
        return _unchanged(db, user_id, task_id, versions, unchangeable or {})
    change = begin_change(db, user_id)
    key = {"owner_id": user_id, "task_id": task_id}
    row = db.execute(SELECT_WHOLE_TASK, key).first()
    if row is None:
        raise TaskMissingError
    old = row._asdict()
    columns = {**changes, **found_by(changes, {**old, **changes})}
    if "labels" in changes:
        columns["labels"] = sorted(changes["labels"])
    if changes.get("done", old["done"]) != old["done"]:
        columns["completed_at"] = change.at if changes["done"] else None
    # SQLAlchemy makes the SET clause out of those parameters that are named like a column.
    values = {**key, **columns, "updated_at": change.at, "change": change.number}
    if versions is None:
        new = db.execute(UPDATE_TASK, values).first()
    else:
        new = db.execute(UPDATE_VERSION, {**values, "versions": versions}).first()
    if new is None:
        raise TaskChangedError(old["change"])
    _compare(old, unchangeable or {})
    if "labels" in columns:
        LABELS.renew(db, user_id, task_id, old=old["labels"], new=columns["labels"])
    if "words" in columns:
        WORDS.renew(db, user_id, task_id, old=old["words"].split(), new=columns["words"].split())
    return TaskRow._make(new)


def delete_task(
    db: Connection, user_id: int, task_id: int, *, versions: Sequence[int] | None = None
) -> None:
    """Delete a user's task, and note that it was there; with `versions` as `update_task`.

    Raises `UserGoneError`, `TaskMissingError`, `TaskChangedError`; each has to leave the
    transaction.
    """
    change = begin_change(db, user_id)
    key = {"owner_id": user_id, "task_id": task_id}
    if versions is None:
        old = db.execute(DELETE_TASK, key).first()
    else:
        old = db.execute(DELETE_VERSION, {**key, "versions": versions}).first()
    if old is None:
        task = select_task(db, user_id, task_id)
        raise TaskMissingError if task is None else TaskChangedError(task.change)
    LABELS.renew(db, user_id, task_id, old=old.labels, new=())
    WORDS.renew(db, user_id, task_id, old=old.words.split(), new=())
    tombstone = {"change": change.number, "task_id": task_id, "deleted_at": change.at}
    db.execute(INSERT_TOMBSTONE, {"user_id": user_id, **tombstone})


def begin_change(db: Connection, user_id: int, *, changes: int = 1, new_tasks: int = 0) -> Change:
    """Lock the user's row and count one change more, or several. Raises `UserGoneError`."""
    now = times.now()
    values = {"owner_id": user_id, "now": now, "changes": changes, "new_tasks": new_tasks}
    row = db.execute(BEGIN_CHANGE, values).one_or_none()
    if row is None:
        raise UserGoneError
    return Change._make(row)


def _unchanged(
    db: Connection,
    user_id: int,
    task_id: int,
    versions: Sequence[int] | None,
    unchangeable: Mapping[str, Any],
) -> TaskRow:
    """Return a task that nothing is to be changed of, refused as if something were."""
    task = select_task(db, user_id, task_id)
    if task is None:
        raise TaskMissingError
    if versions is not None and task.change not in versions:
        raise TaskChangedError(task.change)
    _compare(task._asdict(), unchangeable)
    return task


def _compare(stored: Mapping[str, Any], claimed: Mapping[str, Any]) -> None:
    """Raise `ValuesDifferError` unless all that is claimed is stored."""
    if wrong := [name for name, value in claimed.items() if stored[name] != value]:
        raise ValuesDifferError(wrong)
