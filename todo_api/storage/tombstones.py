"""Deletions that are remembered for a while, for copies that have to follow them."""

from sqlalchemy import bindparam, delete, func, select, update

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import deleted_tasks, users

FORGOTTEN_AT_ONCE = 20
"""The most tombstones that one deletion removes: more than one, so that they all go in time."""

WAS_OWN = deleted_tasks.c.user_id == bindparam("owner_id")

_OLDEST = (
    select(deleted_tasks.c.version, deleted_tasks.c.deleted_at)
    .where(WAS_OWN)
    .order_by(deleted_tasks.c.version)
    .limit(FORGOTTEN_AT_ONCE)
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


def forget_deletions(db: Connection, user_id: int, *, before: str) -> None:
    """Remove some tombstones from before a time, the oldest first, and note how far.

    The transaction has already changed a task of this user, so no other one is doing this.
    """
    expired = db.scalar(SELECT_EXPIRED, {"owner_id": user_id, "before": before})
    if expired is not None:
        for statement in (DELETE_EXPIRED, FORGET):
            db.execute(statement, {"owner_id": user_id, "until": expired})
