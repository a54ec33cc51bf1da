"""What happened to a list's tasks, in the order in which it happened.

A task has its place at its last change, a deleted task at its deletion. So each appears once, and
whoever has followed the changes to some point and goes on from there misses nothing: whatever
changes behind that point moves ahead of it.
"""

from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, select

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import DeletionsForgottenError, UserGoneError
from todo_api.storage.lists import IS_LIST, IS_THERE
from todo_api.storage.schema import TaskRow, deleted_tasks, lists, tasks
from todo_api.storage.tasks import COLUMNS, IN_LIST, spare_event_loop
from todo_api.storage.tombstones import WAS_IN_LIST

LAST_VERSION = 2**63 - 1
"""No change is later."""


class Point(NamedTuple):
    """How far somebody has followed the changes of a list's tasks."""

    version: int
    """The last version that they know."""
    deletion: int
    """The last version up to which no deletion concerns them.

    It is beyond `version` for those who follow from the beginning: they have never seen what had
    been deleted before they began.
    """


class History(NamedTuple):
    """What there is to follow."""

    since: Point
    last_version: int


class Deletion(NamedTuple):
    """A task that was deleted."""

    id: int
    version: int


class Changes(NamedTuple):
    """Some tasks in the order of their last changes, and the point that they lead to."""

    found: list[TaskRow | Deletion]
    reached: Point
    more: bool


NEXT_DELETED_AT = (
    select(deleted_tasks.c.deleted_at)
    .where(WAS_IN_LIST, deleted_tasks.c.version > bindparam("deletion", type_=BigInteger))
    .order_by(deleted_tasks.c.version)
    .limit(1)
    .scalar_subquery()
)
SELECT_HISTORY = Statement(
    select(lists.c.last_version, lists.c.forgotten_version, NEXT_DELETED_AT).where(
        IS_LIST, IS_THERE
    )
)
SELECT_CHANGED = Statement(
    select(*COLUMNS)
    .where(IN_LIST, tasks.c.version > bindparam("after"))
    .order_by(tasks.c.version)
    .limit(bindparam("limit")),
    TaskRow._make,
)
SELECT_DELETED = Statement(
    select(deleted_tasks.c.task_id, deleted_tasks.c.version)
    .where(WAS_IN_LIST, deleted_tasks.c.version > bindparam("after"))
    .order_by(deleted_tasks.c.version)
    .limit(bindparam("limit")),
    Deletion._make,
)


def select_history(db: Connection, list_id: int, since: Point | None, *, before: str) -> History:
    """Return what there is to follow since a point, or from the beginning; it reads two rows.

    Raises `UserGoneError`, and `DeletionsForgottenError` where something was deleted after the
    point and `before` a time, or where the point is one that the database has not reached yet,
    having been restored to an earlier state.
    """
    deletion = since.deletion if since else LAST_VERSION
    row = db.one(SELECT_HISTORY, {"in_list": list_id, "deletion": deletion})
    if row is None:
        raise UserGoneError
    last_version, forgotten_version, next_deleted_at = row
    since = since or Point(0, last_version)
    if not forgotten_version <= since.deletion <= last_version:
        raise DeletionsForgottenError
    # Perhaps not removed yet, but nobody can rely on that.
    if next_deleted_at is not None and next_deleted_at < before:
        raise DeletionsForgottenError
    return History(since, last_version)


def select_changes(db: Connection, list_id: int, history: History, *, limit: int) -> Changes:
    """Return the first changes of a history, up to `limit`."""
    since, last = history
    values = {"in_list": list_id, "limit": limit + 1}
    changed: list[TaskRow] = db.all(SELECT_CHANGED, {**values, "after": since.version})
    spare_event_loop(db, changed)
    deleted: list[Deletion] = db.all(SELECT_DELETED, {**values, "after": since.deletion})
    found: list[TaskRow | Deletion] = [*changed, *deleted]
    found.sort(key=attrgetter("version"))
    if len(found) <= limit:
        return Changes(found, Point(last, last), more=False)
    reached = found[limit - 1].version
    return Changes(found[:limit], Point(reached, max(reached, since.deletion)), more=True)
