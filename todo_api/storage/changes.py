"""What happened to a user's tasks, in the order in which it happened.

A task that is there stands at its last change, one that was deleted at its deletion. So each comes
once, and whoever has followed the changes to some point and goes on from there misses nothing: what
changes behind that point moves in front of it.
"""

from collections.abc import Sequence
from datetime import timedelta
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, select, update

from todo_api import times
from todo_api.storage.errors import DeletionsForgottenError, UserGoneError
from todo_api.storage.schema import deleted_tasks, tasks, users
from todo_api.storage.tasks import COLUMNS, IS_OWN, TaskRow, delete_task

LAST_CHANGE = 2**63 - 1
"""No change is later."""
FORGOTTEN_AT_ONCE = 20
"""The most tombstones that one deletion removes: more than one, so that they all go in time."""


class Point(NamedTuple):
    """How far somebody has followed the changes of a user's tasks."""

    change: int
    """The last change that they know."""
    deletion: int
    """The last change up to which no deletion concerns them.

    It is beyond `change` for those who follow from the beginning: what had been deleted before they
    began they have never seen.
    """


class History(NamedTuple):
    """What there is to follow."""

    since: Point
    last_change: int


class Deletion(NamedTuple):
    """A task that was there."""

    id: int
    change: int


class Changes(NamedTuple):
    """Some tasks in the order of their last changes, and the point that they lead to."""

    found: list[TaskRow | Deletion]
    reached: Point
    more: bool


WAS_OWN = deleted_tasks.c.user_id == bindparam("owner_id")
IS_USER = users.c.id == bindparam("owner_id")

NEXT_DELETED_AT = (
    select(deleted_tasks.c.deleted_at)
    .where(WAS_OWN, deleted_tasks.c.change > bindparam("deletion", type_=BigInteger))
    .order_by(deleted_tasks.c.change)
    .limit(1)
    .scalar_subquery()
)
SELECT_HISTORY = select(
    users.c.last_change, users.c.forgotten_change, NEXT_DELETED_AT.label("next_deleted_at")
).where(IS_USER)
SELECT_CHANGED = (
    select(*COLUMNS)
    .where(IS_OWN, tasks.c.change > bindparam("after"))
    .order_by(tasks.c.change)
    .limit(bindparam("limit"))
)
SELECT_DELETED = (
    select(deleted_tasks.c.task_id, deleted_tasks.c.change)
    .where(WAS_OWN, deleted_tasks.c.change > bindparam("after"))
    .order_by(deleted_tasks.c.change)
    .limit(bindparam("limit"))
)
OLDEST = (
    select(deleted_tasks.c.change, deleted_tasks.c.deleted_at)
    .where(WAS_OWN)
    .order_by(deleted_tasks.c.change)
    .limit(FORGOTTEN_AT_ONCE)
    .subquery()
)
SELECT_EXPIRED = select(func.max(OLDEST.c.change)).where(OLDEST.c.deleted_at < bindparam("before"))
DELETE_EXPIRED = delete(deleted_tasks).where(WAS_OWN, deleted_tasks.c.change <= bindparam("until"))
FORGET = update(users).where(IS_USER).values(forgotten_change=bindparam("until"))


def select_history(db: Connection, user_id: int, since: Point | None, *, before: str) -> History:
    """Return what there is to follow since a point, or from the beginning; it reads two rows.

    Raises `UserGoneError`, and `DeletionsForgottenError` where something was deleted after the
    point and `before` a time, or where the point is one that the database has not reached yet,
    having been restored to an earlier state.
    """
    deletion = since.deletion if since else LAST_CHANGE
    row = db.execute(SELECT_HISTORY, {"owner_id": user_id, "deletion": deletion}).one_or_none()
    if row is None:
        raise UserGoneError
    since = since or Point(0, row.last_change)
    if not row.forgotten_change <= since.deletion <= row.last_change:
        raise DeletionsForgottenError
    # Not removed yet, maybe, but nobody can rely on that.
    if row.next_deleted_at is not None and row.next_deleted_at < before:
        raise DeletionsForgottenError
    return History(since, row.last_change)


def select_changes(db: Connection, user_id: int, history: History, *, limit: int) -> Changes:
    """Return the first changes of a history, up to `limit`."""
    since, last = history
    values = {"owner_id": user_id, "limit": limit + 1}
    changed = db.execute(SELECT_CHANGED, {**values, "after": since.change})
    deleted = db.execute(SELECT_DELETED, {**values, "after": since.deletion})
    found: list[TaskRow | Deletion] = [TaskRow._make(row) for row in changed]
    found += [Deletion._make(row) for row in deleted]
    found.sort(key=attrgetter("change"))
    if len(found) <= limit:
        return Changes(found, Point(last, last), more=False)
    reached = found[limit - 1].change
    return Changes(found[:limit], Point(reached, max(reached, since.deletion)), more=True)


def delete_and_forget(
    db: Connection,
    user_id: int,
    task_id: int,
    *,
    versions: Sequence[int] | None = None,
    tombstone_days: int,
) -> None:
    """Delete a task as `delete_task` does, and forget deletions that nobody needs to be told of."""
    delete_task(db, user_id, task_id, versions=versions)
    forget_deletions(db, user_id, before=times.ago(timedelta(days=tombstone_days)))


def forget_deletions(db: Connection, user_id: int, *, before: str) -> None:
    """Remove some tombstones from before a time, the oldest first, and note how far.

    The transaction has changed a task of this user already: so it is the only one.
    """
    expired = db.execute(SELECT_EXPIRED, {"owner_id": user_id, "before": before}).scalar()
    if expired is not None:
        for statement in (DELETE_EXPIRED, FORGET):
            db.execute(statement, {"owner_id": user_id, "until": expired})
