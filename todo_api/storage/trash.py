"""The trashes of lists: deleted tasks, which can be restored for as long as that is remembered.

What is expired may still be there, but nobody is told of it. `tombstones` fills the trash, and
removes from it what has expired.
"""

from collections.abc import Collection, Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, bindparam, delete, literal_column, select, tuple_

from todo_api.storage.access import ACCESS, IS_ALLOWED, IS_THERE, Role
from todo_api.storage.branches import MOST_LEVELS, MOST_ON_LOOP, BranchBudget, select_levels
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import TaskMissingError, UserGoneError
from todo_api.storage.json_rows import given_ids, json_of
from todo_api.storage.lists import lock_list
from todo_api.storage.positions import position_of
from todo_api.storage.schema import DEFAULTS, TaskRow, deleted_tasks, lists, trash
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.some_rows import last_of
from todo_api.storage.tasks import INSERT_TASK, begin_change, select_task, spare_event_loop
from todo_api.storage.tombstones import IN_TRASH, LAST, WAS_IN_LIST, Amount
from todo_api.storage.transfer import taken_uids
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


class InTrash(NamedTuple):
    """What the trash has of a task that is to be restored."""

    task_id: int
    deletion: int
    """The version that its deletion had."""
    content: dict[str, Any]
    size: int
    level: int
    """1 for the task that is asked for, more for what was deleted together with it, below it."""


class TrashPage(NamedTuple):
    """Some deleted tasks, and whether there are more behind them."""

    found: list[Trashed]
    more: bool


IS_KEPT = trash.c.deleted_at >= bindparam("before")

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
_named = select(trash.c.task_id, literal_column("1", Integer).label("level")).where(
    IN_TRASH, trash.c.task_id == bindparam("task_id"), IS_KEPT
)
_branch = _named.cte("branch", recursive=True)
_with_it = trash.alias("with_it")
_branch = _branch.union_all(
    select(_with_it.c.task_id, _branch.c.level + 1).where(
        _with_it.c.list_id == bindparam("in_list"),
        _with_it.c.parent_id == _branch.c.task_id,
        _branch.c.level < MOST_LEVELS,
    )
)
SELECT_BRANCH = Statement(
    select(trash.c.task_id, trash.c.version, trash.c.content, trash.c.size, _branch.c.level)
    .join(_branch, _branch.c.task_id == trash.c.task_id)
    .where(IN_TRASH),
    InTrash._make,
)
TAKE_OUT = Statement(delete(trash).where(IN_TRASH, trash.c.task_id.in_(given_ids())))
DELETE_TOMBSTONE = Statement(
    delete(deleted_tasks).where(WAS_IN_LIST, deleted_tasks.c.version == bindparam("deletion"))
)
IS_BEFORE = trash.c.version <= bindparam("until")
_FIRST = (
    select(trash.c.deleted_at, trash.c.task_id)
    .where(IN_TRASH, IS_BEFORE)
    .order_by(trash.c.deleted_at, trash.c.task_id)
    .limit(bindparam("most", type_=Integer))
)
SELECT_LAST_OF_PIECE = Statement(last_of(_FIRST))
DELETE_PIECE = Statement(
    delete(trash).where(IN_TRASH, IS_BEFORE, _PLACE <= LAST).returning(trash.c.size)
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

    What was deleted together with it, because it is below it, comes along; what was deleted
    earlier stays. Each is a change; ids and all else are as they were. Where the parent of the task
    is gone, or is too many levels down by now, the task is on the top level. A task that is in the
    list stays as it is.

    Raises `UserGoneError`, `TaskMissingError`, `QuotaMetError`, `TooManyWordsError`,
    `BranchTooLargeError`; each has to leave the transaction.
    """
    lock_list(db, list_id)
    values = {"in_list": list_id, "task_id": task_id, "before": before}
    branch = sorted(db.all(SELECT_BRANCH, values), key=attrgetter("level", "task_id"))
    if not branch:
        task = select_task(db, list_id, task_id)
        if task is None:
            raise TaskMissingError
        return task
    size = sum(found.size for found in branch)
    if size > LARGE or len(branch) > MOST_ON_LOOP:
        db.require_thread()
    if len(branch) > 1:
        budget = BranchBudget() if budget is None else budget
        budget.spend_tasks(len(branch) - 1)
    change = begin_change(db, list_id, changes=len(branch))
    quotas.check("tasks", change.stored_tasks + len(branch))
    quotas.check("text", change.stored_text + size)
    taken = taken_uids(db, list_id, (found.content["uid"] for found in branch))
    restored = [
        _task_of(found.task_id, version, found.content)._replace(updated_at=change.at)
        for version, found in enumerate(branch, change.version - len(branch) + 1)
    ]
    restored[0] = restored[0]._replace(parent_id=_parent_of(db, list_id, branch))
    for found, task in zip(branch, restored, strict=True):
        uid = found.content["uid"]
        columns = {**task._asdict(), "list_id": list_id, "uid": None if uid in taken else uid}
        found_by = search_columns(columns, columns, change.time_zone)
        db.execute_later(INSERT_TASK, {**columns, **found_by})
        db.execute_later(DELETE_TOMBSTONE, {"in_list": list_id, "deletion": found.deletion})
        LABELS.renew(db, list_id, task.id, old=(), new=task.labels, budget=budget)
        WORDS.renew(db, list_id, task.id, old=(), new=found_by["words"].split(), budget=budget)
    ids = json_of(found.task_id for found in branch)
    db.execute_later(TAKE_OUT, {"in_list": list_id, "ids": ids})
    count_trash(db, list_id, put_in=(-len(branch), -size))
    return restored[0]


def remove_from_trash(db: Connection, list_id: int, *, until: int) -> int:
    """Remove for good some of what was deleted up to a version, the first deleted first.

    Returns how many tasks. Raises `UserGoneError`.
    """
    lock_list(db, list_id)
    db.keep_to_indexes()
    values = {"in_list": list_id, "until": until, "most": PIECE}
    last = db.one(SELECT_LAST_OF_PIECE, values)
    if last is None:
        return 0
    gone = Amount.of(db.all(DELETE_PIECE, {**values, "last_at": last[0], "last_id": last[1]}))
    count_trash(db, list_id, gone=gone)
    return gone.tasks


def _task_of(task_id: int, version: int, content: dict[str, Any]) -> TaskRow:
    """Return a task of what the trash has of it; it may have been deleted by an earlier program."""
    known = {name: content[name] for name in TaskRow._fields if name in content}
    known = {"position": position_of(task_id), **known, "id": task_id, "version": version}
    return TaskRow(**{**DEFAULTS, **known})


def _parent_of(db: Connection, list_id: int, branch: Sequence[InTrash]) -> int | None:
    """Return the parent that the first of a branch had, unless it has no place for it any more."""
    parent_id: int | None = branch[0].content.get("parent_id")
    if parent_id is None:
        return None
    level = select_levels(db, list_id, [parent_id]).get(parent_id)
    fits = level is not None and level + branch[-1].level <= MOST_LEVELS
    return parent_id if fits else None
