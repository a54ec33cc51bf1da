"""Tasks moved by hand: before or after another one, under another parent."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from todo_api.storage.branches import check_parent
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import NeighbourRefusedError
from todo_api.storage.positions import LONGEST, between, position_of
from todo_api.storage.schema import TaskRow, tasks
from todo_api.storage.tasks import (
    IN_LIST,
    IS_TASK,
    SELECT_TASK,
    Update,
    begin_change_of,
    refuse_version,
    update_of,
)

SIDES = {"before", "after"}

SELECT_POSITION = Statement(select(tasks.c.position).where(IN_LIST, IS_TASK))
_OTHERS = select(tasks.c.position).where(IN_LIST, tasks.c.id != bindparam("moved"))
_HERE: BindParameter[str] = bindparam("position")
SELECT_BEFORE = Statement(
    _OTHERS.where(tasks.c.position < _HERE).order_by(tasks.c.position.desc()).limit(1)
)
SELECT_AFTER = Statement(
    _OTHERS.where(tasks.c.position > _HERE).order_by(tasks.c.position).limit(1)
)


def move_task(
    db: Connection,
    list_id: int,
    task_id: int,
    where: Mapping[str, Any],
    *,
    versions: Collection[int] | None = None,
) -> Update:
    """Return a task as it was, and as it is where it was moved to.

    With `versions` as `update_task`. `where` has one of `before` and `after`, the id of
    another task of the list, or `parent_id`, or both.

    Raises `UserGoneError`, `TaskMissingError`, `TaskChangedError`, `ParentRefusedError`,
    `BranchTooLargeError`, `NeighbourRefusedError`; each has to leave the transaction.
    """
    change, old = begin_change_of(db, list_id, task_id, SELECT_TASK)
    refuse_version(old, versions)
    columns: dict[str, Any] = {"updated_at": change.at, "version": change.version}
    if "parent_id" in where:
        columns["parent_id"] = parent_id = where["parent_id"]
        if parent_id not in {None, old.parent_id}:
            check_parent(db, list_id, parent_id, task_id)
    if where.keys() & SIDES:
        end = position_of(change.last_task_id + 1)
        columns["position"] = place_next_to(db, list_id, task_id, where, end=end)
    key = {"in_list": list_id, "task_id": task_id}
    db.execute_later(update_of(frozenset(columns)), {**key, **columns})
    return Update(old, old._replace(**columns))


def place_behind(db: Connection, list_id: int, task: TaskRow) -> str | None:
    """Return the key of a place right behind a task, for a new one.

    None if it can as well come last: because the task is the last one, or for lack of room.
    """
    values = {"in_list": list_id, "moved": task.id, "position": task.position}
    following = db.scalar(SELECT_AFTER, values)
    found = None if following is None else between(task.position, following)
    return found if found is None or len(found) <= LONGEST else None


def place_next_to(
    db: Connection, list_id: int, task_id: int, where: Mapping[str, Any], *, end: str
) -> str:
    """Return the key of the place that `where` tells: before or after another task of the list.

    If it tells none, the key is `end`, that of a task that is made next.

    Raises `NeighbourRefusedError`.
    """
    side = next(iter(where.keys() & SIDES), None)
    if side is None:
        return end
    neighbour_id = where[side]
    here = db.scalar(SELECT_POSITION, {"in_list": list_id, "task_id": neighbour_id})
    if here is None or neighbour_id == task_id:
        raise NeighbourRefusedError(side, "missing")
    values = {"in_list": list_id, "moved": task_id, "position": here}
    if side == "before":
        found = between(db.scalar(SELECT_BEFORE, values) or "", here)
    else:
        found = between(here, db.scalar(SELECT_AFTER, values) or end)
    if len(found) > LONGEST:
        raise NeighbourRefusedError(side, "no_room")
    return found
