"""One page of a user's tasks, filtered and sorted.

A page begins behind a position, the sort key and the id of a task, not after a count of them: so
it costs the same everywhere in the list, and changes of other tasks move nothing into or out of
the pages that follow.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from todo_api.storage.engine import Connection
from todo_api.storage.planner import Search
from todo_api.storage.schema import TaskRow
from todo_api.storage.stretches import Position, stretches

__all__ = ["Page", "Position", "select_page"]


class Page(NamedTuple):
    """Some tasks, and the position of the last one if there are more behind it."""

    tasks: list[TaskRow]
    last: Position | None


def select_page(
    db: Connection,
    user_id: int,
    *,
    filters: Mapping[str, Any] | None = None,
    sort: str = "id",
    after: Position | None = None,
    limit: int,
) -> Page:
    """Return up to `limit` of a user's tasks that pass all `filters`, those behind `after`."""
    values: dict[str, Any] = {"owner_id": user_id}
    if after is not None:
        values |= {"after_key": after.key, "after_id": after.id}
    search = Search(db, values, filters or {})
    rows: list[tuple[Any, ...]] = []
    for stretch in stretches(
        sort, behind=after is not None, keyless=after is None or after.key is None
    ):
        if room := limit + 1 - len(rows):
            rows += search.read(stretch, room)
    last = Position(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
    return Page([TaskRow._make(row[:-1]) for row in rows[:limit]], last)
