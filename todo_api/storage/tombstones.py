"""Deletions that are remembered for a while, for copies that have to follow them."""

from sqlalchemy import Integer, bindparam, delete, func, select, update

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.lists import IS_LIST, IS_THERE, TRY_LOCK_LIST
from todo_api.storage.schema import deleted_tasks, lists

FORGOTTEN_AT_ONCE = 20
"""The most tombstones that one deletion removes: more than one, so that they all go in time."""
SWEPT_AT_ONCE = 1000
"""The most that go at once where nobody waits for it."""

WAS_IN_LIST = deleted_tasks.c.list_id == bindparam("in_list")

_OLDEST = (
    select(deleted_tasks.c.version, deleted_tasks.c.deleted_at)
    .where(WAS_IN_LIST)
    .order_by(deleted_tasks.c.version)
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
SELECT_EXPIRED = Statement(
    select(func.max(_OLDEST.c.version)).where(_OLDEST.c.deleted_at < bindparam("before"))
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


def forget_deletions(
    db: Connection, list_id: int, *, before: str, most: int = FORGOTTEN_AT_ONCE
) -> int:
    """Remove some tombstones from before a time, the oldest first, and note how far.

    Returns how many. The transaction has the list's row locked, so no other one is doing this.
    """
    values = {"in_list": list_id, "before": before, "most": most}
    expired = db.scalar(SELECT_EXPIRED, values)
    if expired is None:
        return 0
    values = {"in_list": list_id, "until": expired}
    db.execute(FORGET, values)
    return db.execute(DELETE_EXPIRED, values)


def forget_some_deletions(db: Connection, *, before: str) -> int:
    """Remove some of anybody's tombstones from before a time; return how many.

    A list that is being changed at the moment is left alone.
    """
    list_id = db.scalar(SELECT_ELDEST_LIST, {"before": before})
    if list_id is None or db.scalar(TRY_LOCK_LIST, {"in_list": list_id}) is None:
        return 0
    return forget_deletions(db, list_id, before=before, most=SWEPT_AT_ONCE)
