"""One page of a list's tasks, filtered and sorted.

A page begins behind a position, the sort key and the id of a task, not after a count of them: so
it costs the same everywhere in the list, and changes of other tasks move nothing into or out of
the pages that follow.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from todo_api.storage.engine import Connection
from todo_api.storage.planner import Search
from todo_api.storage.schema import TaskRow
from todo_api.storage.sorting import Position, sections
from todo_api.storage.tasks import spare_event_loop

__all__ = ["Page", "Position", "select_page"]


class Page(NamedTuple):
    """Some tasks, and the position of the last one if there are more behind it."""

    tasks: list[TaskRow]
    last: Position | None


def select_page(
    db: Connection,
    list_id: int,
    *,
    filters: Mapping[str, Any] | None = None,
    sort: str = "id",
    after: Position | None = None,
    limit: int,
) -> Page:
    """Return up to `limit` of a list's tasks that pass all `filters`, those behind `after`."""
    values: dict[str, Any] = {"in_list": list_id}
    if after is not None:
        values |= {"after_key": after.key, "after_id": after.id}
    search = Search(db, values, filters or {})
    rows: list[tuple[Any, ...]] = []
    for section in sections(
        sort, behind=after is not None, keyless=after is None or after.key is None
    ):
        if room := limit + 1 - len(rows):
            rows += search.read(section, room)
    found = [TaskRow._make(row[:-1]) for row in rows[:limit]]
    spare_event_loop(db, found)
    last = Position(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
    return Page(found, last)
