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
from todo_api.storage.branches import MOST_WORDS_OF_BRANCH, BranchBudget, select_branch
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import BranchTooLargeError
from todo_api.storage.json_rows import json_of
from todo_api.storage.moves import place_behind
from todo_api.storage.schema import TaskRow, lists
from todo_api.storage.search_index import LABELS, WORDS
from todo_api.storage.tasks import Update
from todo_api.storage.tombstones import INSERT_TOMBSTONE
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget, count_tasks, text_size

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
    for part, _ in _branch(db, list_id, done.id)[1:]:
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
    made = _branch(db, list_id, undone.next_id)
    if not made:
        return NONE
    if max(task.version for task, _ in made) > (undone.next_version or 0):
        return {}
    change = tasks.begin_change(db, list_id, changes=len(made))
    for version, (task, words) in enumerate(reversed(made), change.version - len(made) + 1):
        db.execute_later(tasks.DELETE_TASK, {"in_list": list_id, "task_id": task.id})
        LABELS.renew(db, list_id, task.id, old=task.labels, new=(), budget=budget)
        WORDS.renew(db, list_id, task.id, old=words, new=(), budget=budget)
        tombstone = {"list_id": list_id, "task_id": task.id, "deleted_at": change.at}
        db.execute_later(INSERT_TOMBSTONE, {**tombstone, "version": version})
    text = sum(text_size(task._asdict()) for task, _ in made)
    count_tasks(db, list_id, -len(made), -text)
    return NONE


def _kept(task: TaskRow) -> dict[str, Any]:
    return {name: value for name, value in task._asdict().items() if name in KEPT}


def _branch(db: Connection, list_id: int, task_id: int) -> list[tuple[TaskRow, list[str]]]:
    """Return a task and those below it, each with its words.

    The upper ones come first, and those of a level in the order by hand.

    Raises `BranchTooLargeError`.
    """
    levels = select_branch(db, list_id, task_id)
    if len(levels) > MOST_PARTS:
        raise BranchTooLargeError(MOST_PARTS, MOST_WORDS_OF_BRANCH)
    if len(levels) > MOST_PARTS_ON_LOOP:
        db.require_thread()
    values = {"in_list": list_id, "ids": json_of(levels)}
    rows = db.all(tasks.SELECT_TASKS_TO_DELETE, values)
    branch = [(TaskRow._make(task), words.split()) for *task, words, _ in rows]
    branch.sort(key=lambda part: (levels[part[0].id], part[0].position, part[0].id))
    return branch
