"""Deletions that are remembered for a while, for copies that have to follow them.

For as long a deleted task is in the trash, unless the trash is emptied before, or is full: then
what was deleted first goes for good.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, bindparam, delete, func, insert, select, tuple_, update

from todo_api.storage.access import IS_LIST, IS_THERE
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.lists import TRY_LOCK_LIST
from todo_api.storage.schema import TaskRow, deleted_tasks, lists, trash
from todo_api.storage.usage import Quotas, count_trash, text_size

FORGOTTEN_AT_ONCE = 20
"""The most tombstones that one deletion removes: more than one, so that they all go in time."""
SWEPT_AT_ONCE = 1000
"""The most that go at once where nobody waits for it."""
MOST_OUSTED = 200
"""The most tasks that the deletion of one removes from a full trash: more than one, the same."""
MOST_OUSTED_ON_LOOP = 20

WAS_IN_LIST = deleted_tasks.c.list_id == bindparam("in_list")
IN_TRASH = trash.c.list_id == bindparam("in_list")

_OLDEST = (
    select(deleted_tasks.c.version, deleted_tasks.c.deleted_at)
    .where(WAS_IN_LIST)
    .order_by(deleted_tasks.c.version)
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
SELECT_EXPIRED = Statement(
    select(func.max(_OLDEST.c.version), func.max(_OLDEST.c.deleted_at)).where(
        _OLDEST.c.deleted_at < bindparam("before")
    )
)
DELETE_EXPIRED = Statement(
    delete(deleted_tasks).where(WAS_IN_LIST, deleted_tasks.c.version <= bindparam("until"))
)
FORGET = Statement(update(lists).where(IS_LIST).values(forgotten_version=bindparam("until")))

SELECT_ELDEST_LIST = Statement(
    select(deleted_tasks.c.list_id)
    .join(lists, lists.c.id == deleted_tasks.c.list_id)
    .where(deleted_tasks.c.deleted_at < bindparam("before"), IS_THERE)
    .order_by(deleted_tasks.c.deleted_at)
    .limit(1)
)

INSERT_TOMBSTONE = Statement(insert(deleted_tasks), columns=deleted_tasks.c.keys())
INSERT_INTO_TRASH = Statement(insert(trash), columns=trash.c.keys())
SELECT_FIRST_DELETED = Statement(
    select(trash.c.deleted_at, trash.c.task_id, trash.c.size)
    .where(IN_TRASH)
    .order_by(trash.c.deleted_at, trash.c.task_id)
    .limit(bindparam("most", type_=Integer))
)
LAST = tuple_(bindparam("last_at"), bindparam("last_id", type_=BigInteger))
DELETE_FIRST_DELETED = Statement(
    delete(trash).where(IN_TRASH, tuple_(trash.c.deleted_at, trash.c.task_id) <= LAST)
)
DELETE_FROM_TRASH = Statement(
    delete(trash)
    .where(IN_TRASH, trash.c.deleted_at <= bindparam("until_at"))
    .returning(trash.c.size)
)


class Deleted(NamedTuple):
    """A task that is being deleted, and what else the trash has to know to restore it."""

    task: TaskRow
    uid: str | None
    at: str
    version: int
    """The number of its deletion among the list's changes."""
    parent_id: int | None
    """Of the task that it goes together with, and comes back with."""


class Amount(NamedTuple):
    """So many tasks with so many bytes of text."""

    tasks: int
    text: int

    @classmethod
    def of(cls, sizes: Sequence[Sequence[int]]) -> "Amount":
        """Count tasks of these sizes, each in a row of its own."""
        return cls(len(sizes), sum(size for (size,) in sizes))


def bury(
    db: Connection, list_id: int, deleted: Sequence[Deleted], in_trash: Amount, quotas: Quotas
) -> None:
    """Note that tasks were there, and put them into the trash, where their owner has so much."""
    sizes = [text_size(one.task._asdict()) for one in deleted]
    put_in = Amount(len(sizes), sum(sizes))
    over = Amount(
        _over(in_trash.tasks + put_in.tasks, quotas.tasks),
        _over(in_trash.text + put_in.text, quotas.text),
    )
    gone = _oust(db, list_id, over, most=max(MOST_OUSTED, put_in.tasks))
    for one, size in zip(deleted, sizes, strict=True):
        row = {"list_id": list_id, "task_id": one.task.id, "deleted_at": one.at}
        row |= {"version": one.version}
        db.execute_later(INSERT_TOMBSTONE, row)
        content = {**one.task._asdict(), "uid": one.uid}
        del content["id"], content["version"]
        row |= {"content": content, "size": size, "parent_id": one.parent_id}
        db.execute_later(INSERT_INTO_TRASH, row)
    count_trash(db, list_id, put_in=put_in, gone=gone)


def _oust(db: Connection, list_id: int, over: Amount, most: int) -> Amount:
    """Remove from a list's trash what was deleted first, until so much has gone; return how much.

    That may be less where the tasks are many and short: later deletions do the rest. It is less,
    too, where other lists have most of the trash: theirs is not changed here.
    """
    if over.tasks <= 0 and over.text <= 0:
        return Amount(0, 0)
    ousted = Amount(0, 0)
    values: dict[str, Any] = {"in_list": list_id, "most": most}
    for deleted_at, task_id, size in db.all(SELECT_FIRST_DELETED, values):
        ousted = Amount(ousted.tasks + 1, ousted.text + size)
        values |= {"last_at": deleted_at, "last_id": task_id}
        if ousted.tasks >= over.tasks and ousted.text >= over.text:
            break
    if ousted.tasks > MOST_OUSTED_ON_LOOP:
        db.require_thread()
    if ousted.tasks:
        db.execute(DELETE_FIRST_DELETED, values)
    return ousted


def _over(amount: int, most: int | None) -> int:
    return 0 if most is None else amount - most


def forget_deletions(
    db: Connection, list_id: int, *, before: str, most: int = FORGOTTEN_AT_ONCE
) -> int:
    """Remove some tombstones from before a time, the oldest first, and note how far.

    Returns how many. What the trash has of these tasks goes with them. The transaction has the
    list's row locked, so no other one is doing this.
    """
    values = {"in_list": list_id, "before": before, "most": most}
    expired, expired_at = db.one(SELECT_EXPIRED, values)
    if expired is None:
        return 0
    values = {"in_list": list_id, "until": expired, "until_at": expired_at}
    db.execute(FORGET, values)
    gone = Amount.of(db.all(DELETE_FROM_TRASH, values))
    if gone.tasks:
        count_trash(db, list_id, gone=gone)
    return db.execute(DELETE_EXPIRED, values)


def forget_some_deletions(db: Connection, *, before: str) -> int:
    """Remove some of anybody's tombstones from before a time; return how many.

    A list that is being changed at the moment is left alone.
    """
    db.keep_to_indexes()
    list_id = db.scalar(SELECT_ELDEST_LIST, {"before": before})
    if list_id is None or db.scalar(TRY_LOCK_LIST, {"in_list": list_id}) is None:
        return 0
    return forget_deletions(db, list_id, before=before, most=SWEPT_AT_ONCE)
