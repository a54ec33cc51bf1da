"""The statements on tasks.

Each names the list, which `lists` has found to be the user's: a task of another list is simply
absent.

Each change of a task raises `last_version` on the list's row, which stays locked until the
transaction ends. So the changes of a list have one order without gaps; whatever else a change
reads can be relied on; and a change that is refused must leave by an exception, which undoes it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    update,
)

from todo_api import times
from todo_api.storage.access import IS_LIST, IS_THERE
from todo_api.storage.branches import (
    MOST_ON_LOOP,
    BranchBudget,
    check_parent,
    select_branch,
)
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import (
    QuotaMetError,
    TaskChangedError,
    TaskMissingError,
    UserGoneError,
)
from todo_api.storage.json_rows import given_ids, json_of
from todo_api.storage.lists import CHANGED_AT, MOST_TASKS_EVER, list_of
from todo_api.storage.positions import position_of
from todo_api.storage.schema import DEFAULTS, TaskRow, lists, tasks
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.tombstones import Amount, Deleted, bury, forget_deletions
from todo_api.storage.usage import (
    UNLIMITED,
    Quotas,
    WordBudget,
    count_tasks,
    growth,
    text_size,
)


class Change(NamedTuple):
    """A change that has begun, or the last of several at once."""

    version: int
    at: str
    last_task_id: int
    """The id of the task that the change makes, if it makes one."""
    stored_tasks: int
    """How many tasks there are after it in all lists of the list's owner."""
    stored_text: int
    """The bytes of their texts, as far as they are known when the change begins."""
    trashed_tasks: int
    """How many tasks the trashes of all of these lists have when the change begins."""
    trashed_text: int
    time_zone: str
    """Of the list: in it days end."""


class Update(NamedTuple):
    """A task before and after it was updated."""

    old: TaskRow
    new: TaskRow


COLUMNS = tuple(tasks.c[name] for name in TaskRow._fields)
IN_LIST = tasks.c.list_id == bindparam("in_list")
IS_TASK = tasks.c.id == bindparam("task_id")

SELECT_TASK = Statement(select(*COLUMNS).where(IN_LIST, IS_TASK), TaskRow._make)
SELECT_TASK_TO_CHANGE = Statement(select(*COLUMNS, tasks.c.words).where(IN_LIST, IS_TASK))
_subtasks = tasks.alias("subtasks")
_HAS_SUBTASKS = (
    select(_subtasks.c.id)
    .where(_subtasks.c.list_id == bindparam("in_list"), _subtasks.c.parent_id == tasks.c.id)
    .correlate(tasks)
    .exists()
)
SELECT_TASK_TO_DELETE = Statement(
    select(*COLUMNS, tasks.c.words, tasks.c.uid, _HAS_SUBTASKS).where(IN_LIST, IS_TASK)
)
SELECT_TASKS_TO_DELETE = Statement(
    select(*COLUMNS, tasks.c.words, tasks.c.uid).where(IN_LIST, tasks.c.id.in_(given_ids()))
)
SELECT_LAST_TASK_ID = Statement(select(lists.c.last_task_id).where(IS_LIST, IS_THERE))


def _of_others(count: str) -> ColumnElement[int]:
    """Return the sum of a count over the other lists of the owner."""
    # As text: for SQLite, SQLAlchemy leaves out what tells the tables apart after RETURNING.
    return literal_column(
        f"(SELECT CAST(coalesce(sum(other.{count}), 0) AS BIGINT) FROM lists AS other"  # noqa: S608 - constants
        " WHERE other.owner_id = lists.owner_id AND other.id <> lists.id"
        " AND other.deleted_at IS NULL)",
        BigInteger,
    )


BEGIN_CHANGE = Statement(
    update(lists)
    .where(IS_LIST, IS_THERE)
    .values(
        last_version=lists.c.last_version + bindparam("changes"),
        last_changed_at=CHANGED_AT,
        last_task_id=lists.c.last_task_id + bindparam("new_tasks"),
        stored_tasks=lists.c.stored_tasks + bindparam("new_tasks"),
        stored_text=lists.c.stored_text + bindparam("more_text"),
    )
    .returning(
        lists.c.last_version,
        lists.c.last_changed_at,
        lists.c.last_task_id,
        lists.c.stored_tasks + _of_others("stored_tasks"),
        lists.c.stored_text + _of_others("stored_text"),
        lists.c.trashed_tasks + _of_others("trashed_tasks"),
        lists.c.trashed_text + _of_others("trashed_text"),
        lists.c.time_zone,
    ),
    Change._make,
)
# A hundred kilobytes are read, encoded and sent in a third of a millisecond.
MOST_CHARACTERS = 100_000
INSERT_TASK = Statement(insert(tasks), columns=tasks.c.keys())
DELETE_TASK = Statement(delete(tasks).where(IN_LIST, IS_TASK))


@cache
def update_of(columns: frozenset[str]) -> Statement:
    """Return the statement that updates some columns of a task."""
    return Statement(update(tasks).where(IN_LIST, IS_TASK), columns=sorted(columns))


def select_task(db: Connection, list_id: int, task_id: int) -> TaskRow | None:
    """Return a task of a list, or None."""
    task: TaskRow | None = db.one(SELECT_TASK, {"in_list": list_id, "task_id": task_id})
    return task


def spare_event_loop(db: Connection, found: Iterable[TaskRow]) -> None:
    """Leave it to a thread to make something of tasks that are long, all together."""
    if sum([len(task.description) for task in found]) > MOST_CHARACTERS:
        db.require_thread()


def select_last_task_id(db: Connection, list_id: int) -> int:
    """Return the id of a list's latest task, which may be gone. Raises `UserGoneError`."""
    last: int | None = db.scalar(SELECT_LAST_TASK_ID, {"in_list": list_id})
    if last is None:
        raise UserGoneError
    return last


def insert_task(
    db: Connection,
    list_id: int,
    given: Mapping[str, Any],
    *,
    by: int | None = None,
    quotas: Quotas = UNLIMITED,
    budget: WordBudget | None = None,
) -> TaskRow:
    """Return the new task that a user makes, with `DEFAULTS` for what is not given.

    It comes last in the order by hand if no position is given.

    Its id is the next one of its list and is never used again. Until the transaction ends, other
    changes of this list's tasks wait.

    Raises `UserGoneError`, `QuotaMetError`, `TooManyWordsError`, `ParentRefusedError`.
    """
    columns = {**DEFAULTS, **given}
    columns["labels"] = sorted({*columns["labels"]})
    change = begin_new(db, list_id, tasks=1, text=text_size(columns), quotas=quotas)
    if columns["parent_id"] is not None:
        check_parent(db, list_id, columns["parent_id"])
    columns |= {
        "id": change.last_task_id,
        "position": given.get("position") or position_of(change.last_task_id),
        "created_at": change.at,
        "updated_at": change.at,
        "completed_at": change.at if given.get("done") else None,
        "created_by": by,
        "completed_by": by if given.get("done") else None,
        "version": change.version,
    }
    found_by = search_columns(columns, columns, change.time_zone)
    db.execute_later(INSERT_TASK, {"list_id": list_id, "uid": None, **columns, **found_by})
    task = TaskRow(**columns)
    LABELS.renew(db, list_id, task.id, old=(), new=task.labels, budget=budget)
    WORDS.renew(db, list_id, task.id, old=(), new=found_by["words"].split(), budget=budget)
    return task


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
    """Return a task as it was, and as it is with `changes` (column to value) made by a user.

    With `versions` the change is made only if the task is in one of them. Where there is nothing
    to change, nothing is counted as a change.

    Raises `UserGoneError`, `TaskMissingError`, `TaskChangedError`, `QuotaMetError`,
    `TooManyWordsError`, `ParentRefusedError`, `BranchTooLargeError`; each has to leave the
    transaction.
    """
    if not changes:
        return _unchanged(db, list_id, task_id, versions)
    change, (*found, words) = begin_change_of(db, list_id, task_id, SELECT_TASK_TO_CHANGE)
    old = TaskRow._make(found)
    refuse_version(old, versions)
    if changes.get("parent_id") not in {None, old.parent_id}:
        check_parent(db, list_id, changes["parent_id"], task_id)
    columns = {**changes, "updated_at": change.at, "version": change.version}
    if "labels" in changes:
        columns["labels"] = sorted({*changes["labels"]})
    if changes.get("done", old.done) != old.done:
        columns["completed_at"] = change.at if changes["done"] else None
        columns["completed_by"] = by if changes["done"] else None
    new = old._replace(**columns)
    if more := growth(old, columns):
        if more > 0:
            quotas.check("text", change.stored_text + more)
        count_tasks(db, list_id, 0, more)
    columns |= search_columns(changes, new._asdict(), change.time_zone)
    key = {"in_list": list_id, "task_id": task_id}
    db.execute_later(update_of(frozenset(columns)), {**key, **columns})
    if "labels" in columns:
        LABELS.renew(db, list_id, task_id, old=old.labels, new=new.labels, budget=budget)
    if "words" in columns:
        found_by = columns["words"].split()
        WORDS.renew(db, list_id, task_id, old=words.split(), new=found_by, budget=budget)
    return Update(old, new)


def delete_task(
    db: Connection,
    list_id: int,
    task_id: int,
    *,
    versions: Collection[int] | None = None,
    forget_before: timedelta,
    quotas: Quotas = UNLIMITED,
    budget: WordBudget | None = None,
) -> None:
    """Put a task and all below it into the trash, and note that they were there.

    With `versions` as `update_task`; they are those of the task itself.

    Some deletions that are older than `forget_before` are no longer remembered afterwards. Where
    the trashes of all lists of the owner would have more than the lists may, what was deleted first
    from this one goes for good.

    Raises `UserGoneError`, `TaskMissingError`, `TaskChangedError`, `TooManyWordsError`,
    `BranchTooLargeError`; each has to leave the transaction.
    """
    change, (*found, has_subtasks) = begin_change_of(db, list_id, task_id, SELECT_TASK_TO_DELETE)
    refuse_version(TaskRow._make(found[:-2]), versions)
    doomed: list[Sequence[Any]] = [found]
    if has_subtasks:
        budget = BranchBudget() if budget is None else budget
        doomed = [*_select_below(db, list_id, task_id, budget), found]
        change = begin_change(db, list_id, changes=len(doomed) - 1)
    deleted = []
    for version, (*task, words, uid) in enumerate(doomed, change.version - len(doomed) + 1):
        old = TaskRow._make(task)
        db.execute_later(DELETE_TASK, {"in_list": list_id, "task_id": old.id})
        LABELS.renew(db, list_id, old.id, old=old.labels, new=(), budget=budget)
        WORDS.renew(db, list_id, old.id, old=words.split(), new=(), budget=budget)
        parent_id = None if old.id == task_id else old.parent_id
        deleted.append(Deleted(old, uid, change.at, version, parent_id))
    bury(db, list_id, deleted, Amount(change.trashed_tasks, change.trashed_text), quotas)
    forget_deletions(db, list_id, before=times.ago(forget_before))


def begin_new(
    db: Connection,
    list_id: int,
    *,
    tasks: int,
    text: int,
    changes: int | None = None,
    quotas: Quotas = UNLIMITED,
) -> Change:
    """Begin to make tasks with so many bytes of text, each of which is a change if not told.

    Raises `UserGoneError`, `QuotaMetError`.
    """
    changes = tasks if changes is None else changes
    change = begin_change(db, list_id, changes=changes, new_tasks=tasks, more_text=text)
    if list_of(change.last_task_id) != list_id:
        raise QuotaMetError("ids", MOST_TASKS_EVER)
    quotas.check("tasks", change.stored_tasks)
    quotas.check("text", change.stored_text)
    return change


def begin_change(
    db: Connection,
    list_id: int,
    *,
    changes: int = 1,
    new_tasks: int = 0,
    more_text: int = 0,
) -> Change:
    """Lock the list's row and count one change more, or several. Raises `UserGoneError`."""
    db.queue_for(list_id)
    values = _change_of(list_id, changes, new_tasks, more_text)
    change: Change | None = db.one(BEGIN_CHANGE, values)
    if change is None:
        raise UserGoneError
    return change


def begin_change_of(
    db: Connection, list_id: int, task_id: int, select_it: Statement
) -> tuple[Change, Any]:
    """Begin a change of one task, and return it with the row that a statement selects.

    Raises `UserGoneError`, `TaskMissingError`.
    """
    db.queue_for(list_id)
    values = {**_change_of(list_id), "task_id": task_id}
    change, row = db.both(BEGIN_CHANGE, select_it, values)
    if change is None:
        raise UserGoneError
    if row is None:
        raise TaskMissingError
    return change, row


def _change_of(
    list_id: int, changes: int = 1, new_tasks: int = 0, more_text: int = 0
) -> dict[str, Any]:
    """Return the values of `BEGIN_CHANGE`."""
    return {
        "in_list": list_id,
        "now": times.now(),
        "changes": changes,
        "new_tasks": new_tasks,
        "more_text": more_text,
    }


def _select_below(
    db: Connection, list_id: int, task_id: int, budget: WordBudget
) -> list[Sequence[Any]]:
    """Return the rows of the tasks below a task, with words and uids, the deepest first."""
    levels = select_branch(db, list_id, task_id)
    del levels[task_id]
    budget.spend_tasks(len(levels))
    if len(levels) > MOST_ON_LOOP:
        db.require_thread()
    rows = db.all(SELECT_TASKS_TO_DELETE, {"in_list": list_id, "ids": json_of(levels)})
    return sorted(rows, key=lambda row: (-levels[row[0]], row[0]))


def _unchanged(
    db: Connection, list_id: int, task_id: int, versions: Collection[int] | None
) -> Update:
    """Return a task that stays as it is, after the checks that a change would have."""
    task = select_task(db, list_id, task_id)
    if task is None:
        raise TaskMissingError
    refuse_version(task, versions)
    return Update(task, task)


def refuse_version(task: TaskRow, versions: Collection[int] | None) -> None:
    """Compare here, not in the statement: the lock on its list's row keeps the task as it is."""
    if versions is not None and task.version not in versions:
        raise TaskChangedError(task.version)
