"""Rows as tests read them, without the service."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from todo_api import times
from todo_api.storage import (
    Connection,
    Deletion,
    Point,
    TaskRow,
    select_changes,
    select_page,
    select_states,
)
from todo_api.storage.lists import ListState
from todo_api.storage.schema import lists

KEPT = timedelta(days=30)
"""How long deletions are remembered: longer than any test takes."""


class ListChanges(NamedTuple):
    """Some changes of one list, and the point that they lead to."""

    found: list[TaskRow | Deletion]
    reached: Point
    more: bool


def select_tasks(db: Connection, list_id: int) -> list[TaskRow]:
    """Return all tasks of a list, which need not be there, in the order of their ids."""
    state = ListState(list_id, 0, 0, tasks=0, time_zone=times.UTC_NAME)
    return select_page(db, state, limit=1000).tasks


def state_of(db: Connection, list_id: int) -> ListState:
    """Return what has become of a list. Raises `UserGoneError`."""
    owner: int = db.scalar(select(lists.c.owner_id).where(lists.c.id == list_id))
    [state] = select_states(db, owner, [list_id])
    return state


def changes_of(
    db: Connection,
    list_id: int,
    since: Point | None = None,
    *,
    before: str = times.FIRST,
    limit: int = 100,
) -> ListChanges:
    """Return the changes of one list since a point. Raises as `select_changes` does."""
    points = {} if since is None else {list_id: since}
    page = select_changes(db, [state_of(db, list_id)], points, before=before, limit=limit)
    return ListChanges(page.found, page.reached[list_id], page.more)
