"""Tasks that repeat: when one is done, the next one is made, in the same transaction.

A series is a chain: each task names the one that came of it, and the one that it came of. So a task
that is done once more, or again by somebody who has got no answer, makes nothing more.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from todo_api import recurrence
from todo_api.storage import tasks
from todo_api.storage.access import IS_LIST
from todo_api.storage.branches import BranchBudget
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.moves import place_behind
from todo_api.storage.parts import Part, remove_parts, select_parts
from todo_api.storage.schema import TaskRow, lists
from todo_api.storage.tasks import Update
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget

SELECT_TIME_ZONE = Statement(select(lists.c.time_zone).where(IS_LIST))
NONE = {"next_id": None, "next_version": None}
KEPT = ("title", "description", "priority", "labels", "assigned_to", "parent_id")
"""What a task has in common with the one that follows it."""
MOST_PARTS = 200
"""Of a task, itself included, that come again with it: a tenth of a second's work."""
MOST_PARTS_ON_LOOP = 5


def update_task(
    db: Connection,
    list_id: int,
    task_id: int,
    changes: Mapping[str, Any],
    *,
    by: int | None = None,
    versions: Collection[int] | None = None,
    quotas: Quotas = UNLIMITED,
    budget: WordBudget | None = None,
) -> Update:
    """Update a task as `tasks.update_task` does, and make the next one if it has been done.

    If it is no longer done, the next one goes, without a trace but for its tombstone, unless
    somebody has changed it. If that was deleted, another one is made when the task is done again.

    Raises as `tasks.update_task` does; each has to leave the transaction.
    """
    old, new = tasks.update_task(
        db, list_id, task_id, changes, by=by, versions=versions, quotas=quotas, budget=budget
    )
    if new.done == old.done or not (new.repeat or old.next_id):
        return Update(old, new)
    if new.done:
        linked = _make_next(db, list_id, new, by, quotas, budget)
    else:
        linked = _withdraw_next(db, list_id, new, budget)
    if linked:
        values = {"in_list": list_id, "task_id": task_id, **linked}
        db.execute_later(tasks.update_of(frozenset(linked)), values)
    return Update(old, new._replace(**linked))


def _make_next(
    db: Connection,
    list_id: int,
    done: TaskRow,
    by: int | None,
    quotas: Quotas,
    budget: WordBudget | None,
) -> dict[str, Any]:
    """Make the task that follows one, with its parts; return what the latter knows of it.

    There is one already if it was changed before the other was not done after all.
    """
    if done.repeat is None:
        return {}
    if done.next_id is not None and tasks.select_task(db, list_id, done.next_id) is not None:
        return {}
    rule = recurrence.read_rule(done.repeat["rule"])
    if rule.searches_long:
        db.require_thread()
    zone = db.scalar(SELECT_TIME_ZONE, {"in_list": list_id})
    from_completion = done.repeat["from"] == recurrence.COMPLETION
    following = recurrence.follow(
        *(rule, done.due), from_completion=from_completion, done_at=done.updated_at, zone=zone
    )
    if following is None:
        return NONE
    repeat = {**done.repeat, "rule": following.rule}
    given = {**_kept(done), "due": following.due, "repeat": repeat, "previous_id": done.id}
    given["position"] = place_behind(db, list_id, done)
    made = tasks.insert_task(db, list_id, given, by=by, quotas=quotas, budget=budget)
    copies, version = {done.id: made.id}, made.version
    budget = BranchBudget() if budget is None else budget
    for part in (one.task for one in _parts(db, list_id, done.id)[1:]):
        # What has come again by itself is there already.
        if part.parent_id in copies and part.next_id is None:
            due = recurrence.moved(part.due, done.due, made.due, zone=zone)
            given = {**_kept(part), "due": due, "repeat": part.repeat}
            given["parent_id"] = copies[part.parent_id]
            copy = tasks.insert_task(db, list_id, given, by=by, quotas=quotas, budget=budget)
            copies[part.id], version = copy.id, copy.version
    return {"next_id": made.id, "next_version": version}


def _withdraw_next(
    db: Connection, list_id: int, undone: TaskRow, budget: WordBudget | None
) -> dict[str, Any]:
    """Remove the task that follows one, with its parts, if all of it is as it was made.

    Returns what the latter knows of it.
    """
    if undone.next_id is None:
        return {}
    made = _parts(db, list_id, undone.next_id)
    if not made:
        return NONE
    if max(part.task.version for part in made) > (undone.next_version or 0):
        return {}
    remove_parts(db, list_id, made, budget)
    return NONE


def _kept(task: TaskRow) -> dict[str, Any]:
    return {name: value for name, value in task._asdict().items() if name in KEPT}


def _parts(db: Connection, list_id: int, task_id: int) -> list[Part]:
    """Return a task and those below it. Raises `BranchTooLargeError`."""
    return select_parts(db, list_id, task_id, most=MOST_PARTS, most_on_loop=MOST_PARTS_ON_LOOP)
