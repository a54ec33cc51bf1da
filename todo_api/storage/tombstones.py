"""Deletions that are remembered for a while, for copies that have to follow them."""

from sqlalchemy import Integer, bindparam, delete, func, select, update

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.idempotency_keys import TRY_LOCK_OWNER
from todo_api.storage.schema import deleted_tasks, users
from todo_api.storage.users import IS_THERE

FORGOTTEN_AT_ONCE = 20
"""The most tombstones that one deletion removes: more than one, so that they all go in time."""
SWEPT_AT_ONCE = 1000
"""The most that go at once where nobody waits for it."""

WAS_OWN = deleted_tasks.c.user_id == bindparam("owner_id")

_OLDEST = (
    select(deleted_tasks.c.version, deleted_tasks.c.deleted_at)
    .where(WAS_OWN)
    .order_by(deleted_tasks.c.version)
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
SELECT_EXPIRED = Statement(
    select(func.max(_OLDEST.c.version)).where(_OLDEST.c.deleted_at < bindparam("before"))
)
DELETE_EXPIRED = Statement(
    delete(deleted_tasks).where(WAS_OWN, deleted_tasks.c.version <= bindparam("until"))
)
FORGET = Statement(
    update(users)
    .where(users.c.id == bindparam("owner_id"))
    .values(forgotten_version=bindparam("until"))
)


SELECT_ELDEST_OWNER = Statement(
    select(deleted_tasks.c.user_id)
    .join(users, users.c.id == deleted_tasks.c.user_id)
    .where(deleted_tasks.c.deleted_at < bindparam("before"), IS_THERE)
    .order_by(deleted_tasks.c.deleted_at)
    .limit(1)
)


def forget_deletions(
    db: Connection, user_id: int, *, before: str, most: int = FORGOTTEN_AT_ONCE
) -> int:
    """Remove some tombstones from before a time, the oldest first, and note how far.

    Returns how many. The transaction has the user's row locked, so no other one is doing this.
    """
    values = {"owner_id": user_id, "before": before, "most": most}
    expired = db.scalar(SELECT_EXPIRED, values)
    if expired is None:
        return 0
    values = {"owner_id": user_id, "until": expired}
    db.execute(FORGET, values)
    return db.execute(DELETE_EXPIRED, values)


def forget_some_deletions(db: Connection, *, before: str) -> int:
    """Remove some of anybody's tombstones from before a time; return how many.

    A user who is writing at the moment is left alone.
    """
    owner = db.scalar(SELECT_ELDEST_OWNER, {"before": before})
    if owner is None or db.scalar(TRY_LOCK_OWNER, {"owner_id": owner}) is None:
        return 0
    return forget_deletions(db, owner, before=before, most=SWEPT_AT_ONCE)
