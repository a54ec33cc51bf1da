"""What happened to the tasks of a user's lists, in each list in the order in which it happened.

A task has its place at its last change, a deleted task at its deletion. So each appears once, and
whoever has followed the changes to some point and goes on from there misses nothing: whatever
changes behind that point moves ahead of it.

Of several lists, one is told after the other, and only those that have changed are read. One that
is new is told from its beginning, one that is gone by its id.
"""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import bindparam, select

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import DeletionsForgottenError
from todo_api.storage.lists import ListState
from todo_api.storage.schema import TaskRow, deleted_tasks, tasks
from todo_api.storage.tasks import COLUMNS, IN_LIST, spare_event_loop
from todo_api.storage.tombstones import WAS_IN_LIST


class Point(NamedTuple):
    """How far somebody has followed the changes of a list's tasks."""

    version: int
    """The last version that they know."""
    deletion: int
    """The last version up to which no deletion concerns them.

    It is beyond `version` for those who follow from the beginning: they have never seen what had
    been deleted before they began.
    """


class Deletion(NamedTuple):
    """A task that was deleted."""

    id: int
    version: int
    at: str
    """When that was."""


class Changes(NamedTuple):
    """Some tasks in the order of their last changes, and the points that they lead to."""

    gone: list[int]
    """The lists that the user no longer has, of those that had been followed."""
    found: list[TaskRow | Deletion]
    reached: dict[int, Point]
    """By the id of a list; one that has no point yet is not here."""
    more: bool


SELECT_CHANGED = Statement(
    select(*COLUMNS)
    .where(IN_LIST, tasks.c.version > bindparam("after"))
    .order_by(tasks.c.version)
    .limit(bindparam("limit")),
    TaskRow._make,
)
SELECT_DELETED = Statement(
    select(deleted_tasks.c.task_id, deleted_tasks.c.version, deleted_tasks.c.deleted_at)
    .where(WAS_IN_LIST, deleted_tasks.c.version > bindparam("after"))
    .order_by(deleted_tasks.c.version)
    .limit(bindparam("limit")),
    Deletion._make,
)


def select_changes(
    db: Connection,
    states: Iterable[ListState],
    since: Mapping[int, Point],
    *,
    before: str,
    limit: int,
) -> Changes:
    """Return the first changes of some lists since some points, up to `limit`.

    A list without a point is told from its beginning, and without what was deleted earlier.

    Raises `DeletionsForgottenError` where something was deleted after a point and `before` a time,
    or where a point is one that the database has not reached yet, having been restored to an
    earlier state.
    """
    known = {state.id: state for state in states}
    points = {list_id: point for list_id, point in since.items() if list_id in known}
    for list_id, point in points.items():
        if not known[list_id].forgotten_version <= point.deletion <= known[list_id].version:
            raise DeletionsForgottenError
    found: list[TaskRow | Deletion] = []
    more = False
    for state in _in_turn(known, points):
        since_when = points.get(state.id, Point(0, state.version))
        if len(found) == limit:
            more = True
            break
        part, reached = _changes_of(db, state, since_when, before=before, limit=limit - len(found))
        found += part
        # What has been told comes last next time, so that no busy list keeps others from it.
        points.pop(state.id, None)
        points[state.id] = reached
        more = reached.version < state.version
    gone = [list_id for list_id in since if list_id not in known]
    return Changes(gone, found, points, more)


def _in_turn(known: Mapping[int, ListState], points: Mapping[int, Point]) -> Iterator[ListState]:
    """Yield the lists of which there is something to tell.

    Those that have not been told to their first end come first. So there is one at most with a
    point that is in the midst of that, which takes more room in a token.
    """
    begun = [list_id for list_id, point in points.items() if point.version < point.deletion]
    new = [list_id for list_id in known if list_id not in points]
    others = [list_id for list_id in points if list_id not in begun]
    for list_id in (*begun, *new, *others):
        state = known[list_id]
        if list_id not in points or points[list_id].version < state.version:
            yield state


def _changes_of(
    db: Connection, state: ListState, since: Point, *, before: str, limit: int
) -> tuple[list[TaskRow | Deletion], Point]:
    """Return the first changes of a list since a point, and the point that they lead to."""
    values = {"in_list": state.id, "limit": limit + 1}
    changed: list[TaskRow] = db.all(SELECT_CHANGED, {**values, "after": since.version})
    spare_event_loop(db, changed)
    deleted: list[Deletion] = db.all(SELECT_DELETED, {**values, "after": since.deletion})
    # Perhaps not removed yet, but nobody can rely on that.
    if deleted and deleted[0].at < before:
        raise DeletionsForgottenError
    found: list[TaskRow | Deletion] = [*changed, *deleted]
    found.sort(key=attrgetter("version"))
    if len(found) <= limit:
        return found, Point(state.version, state.version)
    reached = found[limit - 1].version
    return found[:limit], Point(reached, max(reached, since.deletion))
