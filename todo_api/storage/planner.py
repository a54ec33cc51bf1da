"""Which of three ways to read a filtered page.

If an index tells that few tasks can pass, those are read and sorted. Otherwise tasks are read in
the order of the sort until the page is full. If the beginning of a long list does not fill it, as
may happen where many pass each filter and few pass all, the indexes are asked what they tell
together.

The engines are not left to choose: SQLite has no idea of the numbers, and would read and sort all
of the half of a list that passes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    bindparam,
    select,
)

from todo_api.storage.engine import Connection, Statement, compiled_once
from todo_api.storage.filters import Shape, condition, shapes_and_values
from todo_api.storage.json_rows import given_ids, json_of
from todo_api.storage.schema import tasks
from todo_api.storage.sorting import SORTS, Section, read_in_order
from todo_api.storage.tasks import IN_LIST

# Measured on SQLite in a list of 100,000 tasks, while two cores were busy with other work too.
# PostgreSQL takes about as long for each of them.
FEW_ENOUGH_TO_SORT = 1000
"""So many tasks are read and sorted for each page: 7 ms; 20,000 take 69. Where more pass, a page is
soon full."""
SHARE_TO_SORT = 8
"""And no more than one of so many that there are: to read and sort an eighth of a list takes half
as long as to walk through all of it, and where more pass, a page is full after eight."""
TOO_LONG_TO_INTERSECT_ALL = 100_000
"""In a longer list, the entries of an index are counted before it is compared with others."""
TOO_MANY_TO_INTERSECT = 50_000
"""There, an index with more entries than these is not compared: to count so many takes 5 ms."""
MOST_INTERSECTED = 3
"""So many indexes are compared: two of 50,000 entries each take 20 ms, a third one 5 more."""
TOO_SHORT_TO_ASK = 100
"""A list that has no more is walked through at once: to ask an index or two would take as long."""
SHORT_ENOUGH_TO_WALK = 10_000
"""A list that has no more is read as a whole in 6 ms; one of 100,000 takes 49."""
PEEKED_PAGES = 10
"""So many times the tasks of a page are read to see whether it is full, where filters may conflict:
0.1 ms for a page of 20."""

Shapes = tuple[Shape, ...]
Row = tuple[Any, ...]
"""A task's values, with what it is sorted by behind them."""
Rows = Sequence[Row]


class Search:
    """The tasks that pass some filters, read part by part of a sorted list."""

    def __init__(
        self,
        db: Connection,
        values: Mapping[str, Any],
        filters: Mapping[str, Any],
        *,
        zone: str,
        size: int,
    ) -> None:
        """Ask each index whether the tasks are few.

        The list has `size` tasks, and counts days in `zone`.
        """
        self._db = db
        self._size = size
        self._shapes, bound = shapes_and_values(filters, zone)
        self._values = {**values, **bound}
        self._lookups = [
            (shape, number)
            for shape in self._shapes
            for number in range(len(condition(shape).lookups))
        ]
        self._few = self._few_by_one_index()

    def read(self, section: Section, room: int) -> Rows:
        """Return the first tasks of a part of the list, as many as there is room for."""
        self._values |= {"limit": room, "ahead": PEEKED_PAGES * room}
        if self._few is None and len(self._lookups) > 1 and self._size > SHORT_ENOUGH_TO_WALK:
            found: Rows = self._db.all(_beginning(section, self._shapes), self._values)
            if len(found) == room:
                return found
            self._few = self._few_by_all_indexes()
        if self._few is None:
            return self._db.all(_in_order(section, self._shapes), self._values)
        return self._db.all(self._few(section), self._values)

    def read_on(self, section: Section, share: int) -> Iterator[Row]:
        """Yield the tasks of a part of the list, of which so many are read at a time."""
        while True:
            rows = self.read(section, share)
            yield from rows
            if len(rows) < share:
                return
            section = section._replace(behind=True)
            self._values |= {"after_key": rows[-1][-1], "after_id": rows[-1][0]}

    def _few_by_one_index(self) -> "Callable[[Section], Statement] | None":
        if self._size <= TOO_SHORT_TO_ASK:
            return None
        few = min(FEW_ENOUGH_TO_SORT, self._size // SHARE_TO_SORT)
        for shape, number in self._lookups:
            if not self._has_more(_behind(shape, number), few):
                self._values["few"] = few
                return lambda section: _of_one_index(section, self._shapes, shape, number)
        return None

    def _few_by_all_indexes(self) -> "Callable[[Section], Statement] | None":
        """Ask some indexes together."""
        some = tuple(
            (shape, number)
            for shape, number in self._lookups[:MOST_INTERSECTED]
            if self._size <= TOO_LONG_TO_INTERSECT_ALL
            or not self._has_more(_behind(shape, number), TOO_MANY_TO_INTERSECT)
        )
        if not some[1:]:
            return None
        ids = [
            id_
            for (id_,) in self._db.all(
                _common(some), {**self._values, "most": FEW_ENOUGH_TO_SORT + 1}
            )
        ]
        if len(ids) > FEW_ENOUGH_TO_SORT:
            return None
        self._values["ids"] = json_of(ids)
        return lambda section: _of_ids(section, self._shapes)

    def _has_more(self, statement: Statement, number: int) -> bool:
        return self._db.one(statement, {**self._values, "number": number}) is not None


@compiled_once
def _behind(shape: Shape, number: int) -> Select[Any]:
    """Ask whether an index has entries behind a number of them."""
    return condition(shape).lookups[number].limit(1).offset(bindparam("number"))


@compiled_once
def _common(lookups: tuple[tuple[Shape, int], ...]) -> Select[Any]:
    """Read the ids that all of some indexes have; one may come several times."""
    # With an offset PostgreSQL hashes them; it would sort or group them first otherwise. Half as
    # long as INTERSECT, on SQLite too.
    first, *others = [condition(shape).lookups[number].offset(0) for shape, number in lookups]
    (id_,) = first.subquery().c
    return select(id_).where(*map(id_.in_, others)).limit(bindparam("most"))


@compiled_once
def _in_order(section: Section, shapes: Shapes) -> Select[Any]:
    """Read those that pass the filters, tested one by one in the order of the list."""
    return _passing(section, shapes)


@compiled_once
def _beginning(section: Section, shapes: Shapes) -> Select[Any]:
    """Read those that pass the filters, out of the first tasks of a section."""
    return _passing(section, shapes).where(_is_near(section, shapes))


@compiled_once
def _of_one_index(section: Section, shapes: Shapes, shape: Shape, number: int) -> Select[Any]:
    """Read and sort those that pass, out of the few that an index finds."""
    # The limit changes nothing but what PostgreSQL expects.
    ids = condition(shape).lookups[number].limit(bindparam("few"))
    return read_in_order(section, _few(ids, shapes))


@compiled_once
def _of_ids(section: Section, shapes: Shapes) -> Select[Any]:
    """Read and sort those that pass, out of a few ids."""
    return read_in_order(section, _few(given_ids(), shapes))


def _passing(section: Section, shapes: Shapes) -> Select[Any]:
    conditions = map(condition, shapes)
    # No index serves what IS TRUE, so that only the sort's own is left.
    tests = (one.passes if one.key is section.key else one.passes.is_(True) for one in conditions)
    return read_in_order(section).where(*tests)


def _is_near(section: Section, shapes: Shapes) -> ColumnElement[bool]:
    """Return whether a task is at the beginning of a part of a list; none is in a short one."""
    place = section.place(tasks)
    beyond = (
        read_in_order(section)
        .where(*(one.passes for one in map(condition, shapes) if one.key is section.key))
        .with_only_columns(*place.clauses)
        .limit(1)
        .offset(bindparam("ahead"))
        .correlate(None)
        .scalar_subquery()
    )
    return place > beyond if section.backwards else place < beyond


def _few(ids: Select[Any], shapes: Shapes) -> CTE:
    """Return the ids and sort keys of those tasks, out of a few, that pass the filters."""
    passes = (condition(shape).passes.is_(True) for shape in shapes)
    return (
        select(*dict.fromkeys(SORTS.values()))
        .where(IN_LIST, tasks.c.id.in_(ids), *passes)
        .cte("few")
        .prefix_with("MATERIALIZED")
    )
