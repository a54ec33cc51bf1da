"""The trashes of lists: deleted tasks, which can be restored for as long as that is remembered.

What is expired may still be there, but nobody is told of it. `tombstones` fills the trash, and
removes from it what has expired.
"""

from collections.abc import Collection, Iterator
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, bindparam, delete, select, tuple_

from todo_api.storage.access import ACCESS, IS_ALLOWED, IS_THERE, Role
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import TaskMissingError, UserGoneError
from todo_api.storage.lists import lock_list
from todo_api.storage.schema import DEFAULTS, TaskRow, deleted_tasks, lists, trash
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.tasks import INSERT_TASK, begin_change, select_task, spare_event_loop
from todo_api.storage.tombstones import IN_TRASH, WAS_IN_LIST, Amount
from todo_api.storage.transfer import select_known
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget, count_trash

PIECE = 1000
"""The most tasks that go for good in one transaction."""
LARGE = 4096
"""Bytes of text that are not made ready to be found on an event loop."""


class TrashState(NamedTuple):
    """What tells whether the trash of a list is as it was."""

    id: int
    """Of the list."""
    version: int
    """The number of the last change of the list."""
    tasks: int
    """How many there are, those that have expired included."""
    oldest: str | None
    """When the first was deleted of those that have not expired."""
    role: Role
    """What the user who asks may do with the list."""


class Trashed(NamedTuple):
    """A deleted task."""

    task: TaskRow
    deleted_at: str


class TrashPage(NamedTuple):
    """Some deleted tasks, and whether there are more behind them."""

    found: list[Trashed]
    more: bool


IS_KEPT = trash.c.deleted_at >= bindparam("before")
IS_IT = trash.c.task_id == bindparam("task_id")

_OLDEST = (
    select(trash.c.deleted_at)
    .where(trash.c.list_id == lists.c.id, IS_KEPT)
    .order_by(trash.c.deleted_at)
    .limit(1)
    .correlate(lists)
    .scalar_subquery()
)
SELECT_STATES = Statement(
    select(lists.c.id, lists.c.last_version, lists.c.trashed_tasks, _OLDEST, ACCESS.c.role)
    .where(IS_ALLOWED, IS_THERE)
    .order_by(lists.c.id),
    TrashState._make,
)
_PLACE = tuple_(trash.c.deleted_at, trash.c.task_id)
_AFTER = tuple_(bindparam("after_at"), bindparam("after_id", type_=BigInteger))
_PAGE = (
    select(trash.c.task_id, trash.c.version, trash.c.content, trash.c.deleted_at)
    .where(IN_TRASH, IS_KEPT)
    .order_by(trash.c.deleted_at.desc(), trash.c.task_id.desc())
    .limit(bindparam("limit"))
)
SELECT_TRASH = Statement(_PAGE)
SELECT_TRASH_BEHIND = Statement(_PAGE.where(_PLACE < _AFTER))
TAKE_OUT = Statement(
    delete(trash)
    .where(IN_TRASH, IS_IT, IS_KEPT)
    .returning(trash.c.version, trash.c.content, trash.c.size)
)
DELETE_TOMBSTONE = Statement(
    delete(deleted_tasks).where(WAS_IN_LIST, deleted_tasks.c.version == bindparam("deletion"))
)
_FIRST = (
    select(trash.c.task_id)
    .where(IN_TRASH, trash.c.version <= bindparam("until"))
    .order_by(trash.c.deleted_at, trash.c.task_id)
    .limit(bindparam("most", type_=Integer))
)
DELETE_PIECE = Statement(
    delete(trash).where(IN_TRASH, trash.c.task_id.in_(_FIRST)).returning(trash.c.size)
)


def select_trash_states(
    db: Connection, user_id: int, list_ids: Collection[int] | None = None, *, before: str
) -> list[TrashState]:
    """Return the states of the trashes of a user's lists, or of some of them.

    What was deleted `before` a time has expired. Raises `UserGoneError`.
    """
    states: list[TrashState] = db.all(SELECT_STATES, {"user_id": user_id, "before": before})
    if not states:
        raise UserGoneError
    return states if list_ids is None else [one for one in states if one.id in list_ids]


def select_trash(
    db: Connection,
    *list_ids: int,
    before: str,
    after: tuple[str, int] | None = None,
    limit: int,
) -> TrashPage:
    """Return up to `limit` of some lists' deleted tasks, the last deleted first.

    `after` is the time of a deletion and the id of its task: only those behind it are returned.
    Each list is read as it would be alone, in small shares, which are merged.
    """
    share = limit // max(1, len(list_ids)) + 1
    parts = (_read(db, list_id, before, after, share) for list_id in list_ids)
    merged = merge(*parts, key=lambda row: (row[-1], row[0]), reverse=True)
    rows = list(islice(merged, limit + 1))
    found = [
        Trashed(_task_of(task_id, version, content), at)
        for task_id, version, content, at in rows[:limit]
    ]
    spare_event_loop(db, (trashed.task for trashed in found))
    return TrashPage(found, more=len(rows) > limit)


def _read(
    db: Connection, list_id: int, before: str, after: tuple[str, int] | None, share: int
) -> Iterator[tuple[Any, ...]]:
    """Yield a list's deleted tasks, the last deleted first, of which so many are read at a time."""
    values: dict[str, Any] = {"in_list": list_id, "before": before, "limit": share}
    while True:
        behind = {} if after is None else {"after_at": after[0], "after_id": after[1]}
        statement = SELECT_TRASH if after is None else SELECT_TRASH_BEHIND
        rows = db.all(statement, {**values, **behind})
        yield from rows
        if len(rows) < share:
            return
        after = rows[-1][-1], rows[-1][0]


def restore_task(
    db: Connection,
    list_id: int,
    task_id: int,
    *,
    before: str,
    quotas: Quotas = UNLIMITED,
    budget: WordBudget | None = None,
) -> TaskRow:
    """Return a task of a list, out of the trash if it is there and was not deleted `before` a time.

    That is a change of it; its id and all else are as they were. A task that is in the list stays
    as it is.

    Raises `UserGoneError`, `TaskMissingError`, `QuotaMetError`, `TooManyWordsError`; each has to
    leave the transaction.
    """
    lock_list(db, list_id)
    found = db.one(TAKE_OUT, {"in_list": list_id, "task_id": task_id, "before": before})
    if found is None:
        task = select_task(db, list_id, task_id)
        if task is None:
            raise TaskMissingError
        return task
    deletion, content, size = found
    if size > LARGE:
        db.require_thread()
    change = begin_change(db, list_id)
    quotas.check("tasks", change.stored_tasks + 1)
    quotas.check("text", change.stored_text + size)
    task = _task_of(task_id, change.version, content)._replace(updated_at=change.at)
    columns = {**task._asdict(), "list_id": list_id, "uid": _free_uid(db, list_id, content["uid"])}
    found_by = search_columns(columns, columns)
    db.execute_later(INSERT_TASK, {**columns, **found_by})
    db.execute_later(DELETE_TOMBSTONE, {"in_list": list_id, "deletion": deletion})
    count_trash(db, list_id, put_in=(-1, -size))
    LABELS.renew(db, list_id, task_id, old=(), new=task.labels, budget=budget)
    WORDS.renew(db, list_id, task_id, old=(), new=found_by["words"].split(), budget=budget)
    return task


def remove_from_trash(db: Connection, list_id: int, *, until: int) -> int:
    """Remove for good some of what was deleted up to a version, the first deleted first.

    Returns how many tasks. Raises `UserGoneError`.
    """
    lock_list(db, list_id)
    gone = Amount.of(db.all(DELETE_PIECE, {"in_list": list_id, "until": until, "most": PIECE}))
    if gone.tasks:
        count_trash(db, list_id, gone=gone)
    return gone.tasks


def _task_of(task_id: int, version: int, content: dict[str, Any]) -> TaskRow:
    """Return a task of what the trash has of it; it may have been deleted by an earlier program."""
    known = {name: content[name] for name in TaskRow._fields if name in content}
    return TaskRow(**{**DEFAULTS, **known, "id": task_id, "version": version})


def _free_uid(db: Connection, list_id: int, uid: str | None) -> str | None:
    """Return a uid unless another task has it, which was imported in the meantime."""
    if uid is None:
        return None
    taken, _ = select_known(db, list_id, uids=[uid])
    return None if taken else uid
