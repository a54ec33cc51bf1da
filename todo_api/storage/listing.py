"""One page of the tasks of one list or of several, filtered and sorted.

A page begins behind a position, the sort key and the id of a task, not after a count of them: so
it costs the same everywhere in the list, and changes of other tasks move nothing into or out of
the pages that follow.

Of several lists, each is read as it would be alone, in small shares, which are merged: there is no
index over all of them. So a page costs a statement or two for each list, however long the lists.
"""

from collections.abc import Iterable, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from todo_api.storage.engine import Connection
from todo_api.storage.lists import ListState
from todo_api.storage.planner import Row, Search
from todo_api.storage.schema import TaskRow
from todo_api.storage.sorting import Position, Section, sections
from todo_api.storage.tasks import spare_event_loop

__all__ = ["Page", "Position", "select_page"]


class Page(NamedTuple):
    """Some tasks, and the position of the last one if there are more behind it."""

    tasks: list[TaskRow]
    last: Position | None


def select_page(
    db: Connection,
    *states: ListState,
    filters: Mapping[str, Any] | None = None,
    sort: str = "id",
    after: Position | None = None,
    limit: int,
) -> Page:
    """Return up to `limit` of some lists' tasks that pass all `filters`, those behind `after`.

    A filter that is a day means the day of each list, in its time zone.
    """
    bound = {} if after is None else {"after_key": after.key, "after_id": after.id}
    searches = [
        Search(
            *(db, {"in_list": state.id, **bound}, filters or {}),
            zone=state.time_zone,
            size=state.tasks,
        )
        for state in states
    ]
    rows: list[Row] = []
    for section in sections(
        sort, behind=after is not None, keyless=after is None or after.key is None
    ):
        if room := limit + 1 - len(rows):
            rows += _read(searches, section, room)
    found = [TaskRow._make(row[:-1]) for row in rows[:limit]]
    spare_event_loop(db, found)
    last = Position(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
    return Page(found, last)


def _read(searches: Sequence[Search], section: Section, room: int) -> Iterable[Row]:
    """Return the first tasks of a part of all lists together, as many as there is room for."""
    if len(searches) == 1:
        return searches[0].read(section, room)
    share = room // max(1, len(searches)) + 1
    parts = (search.read_on(section, share) for search in searches)
    # The engines compare texts as Python does, by their code points.
    return islice(merge(*parts, key=section.place_of, reverse=section.backwards), room)
