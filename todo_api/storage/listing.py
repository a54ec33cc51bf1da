"""One page of a user's tasks, filtered and sorted.

A page begins behind a position, the sort key and the id of a task, not after a count of them: so
it costs the same everywhere in the list, and changes of other tasks move nothing into or out of
the pages that follow.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Tuple,
    bindparam,
    intersect,
    select,
    tuple_,
)

from todo_api.storage.filters import FILTERS, Filter
from todo_api.storage.schema import tasks
from todo_api.storage.tasks import COLUMNS, IS_OWN, TaskRow

SORTS: dict[str, Column[Any]] = {
    "id": tasks.c.id,
    "title": tasks.c.title_key,
    "due": tasks.c.due_key,
    "priority": tasks.c.priority,
    "created_at": tasks.c.created_at,
    "updated_at": tasks.c.updated_at,
}
"""By the name of a sort, the column that it sorts by, then by id. Each has an index."""

FEW = 1000
"""So many tasks can be read and sorted for each page; where more pass, a page is soon full."""
MANY = 50_000
"""More entries of an index than these are not compared with those of others."""
MOST_LOOKUPS = 3
"""So many indexes are compared: each more would cost what it spares."""
LONG = 10_000
"""A list that is no longer is soon read as a whole."""
AHEAD = 10
"""So many times the tasks of a page are read to see whether it is, where filters may conflict."""

OWN = select(tasks.c.id).where(IS_OWN)


class Position(NamedTuple):
    """Where a task stands in a sort."""

    key: Any
    """The value of the column that is sorted by; None if the task has none."""
    id: int


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
    """Return up to `limit` of a user's tasks that pass all `filters`, those behind `after`.

    If an index tells that few tasks can pass, those are read and sorted. Otherwise tasks are read
    in the order of the sort until the page is full. If its beginning does not fill it, as it may be
    where many pass each filter and few pass all, the indexes are asked what they tell together. The
    engines are not left to choose: SQLite has no idea of the numbers, and would read and sort all
    of the half of a list that passes.
    """
    values: dict[str, Any] = {"owner_id": user_id}
    if after is not None:
        values |= {"after_key": after.key, "after_id": after.id}
    search = _Search(db, values, [FILTERS[name](value) for name, value in (filters or {}).items()])
    rows: list[Row[Any]] = []
    for stretch in _stretches(sort, after):
        if room := limit + 1 - len(rows):
            rows += search.read(stretch, room)
    last = Position(rows[limit - 1].sort_key, rows[limit - 1].id) if len(rows) > limit else None
    return Page([TaskRow._make(row[:-1]) for row in rows[:limit]], last)


class Stretch(NamedTuple):
    """A part of a sorted list."""

    key: Column[Any]
    backwards: bool
    empty: bool = False
    """Whether it is of the tasks that have nothing to sort by."""
    behind: bool = False
    """Whether it begins behind a position."""


class _Search:
    """The tasks that pass some filters, read part by part of a sorted list."""

    def __init__(self, db: Connection, values: Mapping[str, Any], wanted: Sequence[Filter]) -> None:
        """Ask each index whether the tasks are few."""
        self._db = db
        self._values = values
        self._wanted = wanted
        self._lookups = [lookup for one in wanted for lookup in one.lookups]
        self._few = self._few_by_one_index()

    def read(self, stretch: Stretch, room: int) -> Sequence[Row[Any]]:
        """Return the first tasks of a part of the list, as many as there is room for."""
        values = {**self._values, "limit": room, "ahead": AHEAD * room}
        if self._few is None and len(self._lookups) > 1:
            beginning = _passing(stretch, self._wanted).where(_is_near(stretch, self._wanted))
            found = self._db.execute(beginning, values).all()
            if len(found) == room:
                return found
            self._few = self._few_by_all_indexes()
        if self._few is None:
            return self._db.execute(_passing(stretch, self._wanted), values).all()
        return self._db.execute(_sorted(stretch, self._few), values).all()

    def _few_by_one_index(self) -> CTE | None:
        for lookup in self._lookups:
            if not self._has_more(lookup, FEW):
                # The limit changes nothing but what PostgreSQL expects.
                return _few(lookup.limit(FEW), self._wanted)
        return None

    def _few_by_all_indexes(self) -> CTE | None:
        """Ask some indexes together, unless a walk through the list costs less than to ask them."""
        some = [one for one in self._lookups[:MOST_LOOKUPS] if not self._has_more(one, MANY)]
        if not some[1:] or not self._has_more(OWN, LONG):
            return None
        common = intersect(*some).limit(FEW + 1)
        ids = self._db.execute(common, self._values).scalars().all()
        return _few(ids, self._wanted) if len(ids) <= FEW else None

    def _has_more(self, found: Select[Any], number: int) -> bool:
        return self._db.execute(found.limit(1).offset(number), self._values).first() is not None


def _stretches(sort: str, after: Position | None) -> list[Stretch]:
    """Return the parts of a list that, one after the other, are all of it, or all behind `after`.

    What has nothing to sort by comes last both ways, so that it is a part of its own.
    """
    key, backwards = SORTS[sort.removeprefix("-")], sort.startswith("-")
    if after is not None and after.key is None:
        return [Stretch(key, backwards, empty=True, behind=True)]
    stretches = [Stretch(key, backwards, behind=after is not None)]
    return [*stretches, Stretch(key, backwards, empty=True)] if key.nullable else stretches


def _sorted(stretch: Stretch, keys: FromClause) -> Select[Any]:
    """Build the statement for a part of a list that `keys` has the ids and sort keys of."""
    key, backwards, empty, behind = stretch
    order = [keys.c.id] if key is tasks.c.id else [keys.c[key.name], keys.c.id]
    tables = keys if keys is tasks else keys.join(tasks, keys.c.id == tasks.c.id)
    statement = select(*COLUMNS, order[0].label("sort_key")).select_from(tables).where(IS_OWN)
    if key.nullable:
        statement = statement.where(order[0].is_(None) if empty else order[0].is_not(None))
    if behind:
        here = _place(stretch, keys)
        names = ["after_key", "after_id"][-len(here.clauses) :]
        there = tuple_(*(bindparam(name) for name in names))
        statement = statement.where(here < there if backwards else here > there)
    in_order = (column.desc() if backwards else column for column in order)
    return statement.order_by(*in_order).limit(bindparam("limit"))


def _place(stretch: Stretch, keys: FromClause) -> Tuple:
    """Return by what tasks are compared within a part of a list."""
    if stretch.empty or stretch.key is tasks.c.id:
        return tuple_(keys.c.id)
    return tuple_(keys.c[stretch.key.name], keys.c.id)


@cache
def _all_sorted(stretch: Stretch) -> Select[Any]:
    return _sorted(stretch, tasks)


def _passing(stretch: Stretch, wanted: Sequence[Filter]) -> Select[Any]:
    """Build the statement for those that pass the filters, tested one by one in their order."""
    if not wanted:
        return _all_sorted(stretch)  # as it is, SQLAlchemy need not look at it again
    # No index serves what IS TRUE, so that only the sort's own is left.
    tests = (one.passes if one.key is stretch.key else one.passes.is_(True) for one in wanted)
    return _all_sorted(stretch).where(*tests)


def _is_near(stretch: Stretch, wanted: Sequence[Filter]) -> ColumnElement[bool]:
    """Return whether a task is at the beginning of a part of a list; none is in a short one."""
    place = _place(stretch, tasks)
    beyond = (
        _all_sorted(stretch)
        .where(*(one.passes for one in wanted if one.key is stretch.key))
        .with_only_columns(*place.clauses)
        .limit(1)
        .offset(bindparam("ahead"))
        .correlate(None)
        .scalar_subquery()
    )
    return place > beyond if stretch.backwards else place < beyond


def _few(ids: Select[Any] | Sequence[int], wanted: Sequence[Filter]) -> CTE:
    """Return the ids and sort keys of those tasks, out of a few, that pass the filters."""
    return (
        select(*dict.fromkeys(SORTS.values()))
        .where(IS_OWN, tasks.c.id.in_(ids), *(one.passes.is_(True) for one in wanted))
        .cte("few")
        .prefix_with("MATERIALIZED")
    )
