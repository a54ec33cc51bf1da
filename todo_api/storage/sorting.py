"""The parts of a sorted list, and the SQL that reads one in its order.

Tasks that have nothing to sort by, such as no due time, come last in both directions, so a list
sorted by such a column has two parts. Each is read from an index, beginning anywhere.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Column, FromClause, Select, Tuple, bindparam, select, tuple_

from todo_api.storage.schema import tasks
from todo_api.storage.tasks import COLUMNS, IN_LIST

SORTS: dict[str, Column[Any]] = {
    "id": tasks.c.id,
    "title": tasks.c.title_key,
    "due": tasks.c.due_key,
    "priority": tasks.c.priority,
    "created_at": tasks.c.created_at,
    "updated_at": tasks.c.updated_at,
    "position": tasks.c.position,
}
"""By the name of a sort, the column that it sorts by, then by id. Each has an index."""


class Position(NamedTuple):
    """Where a task stands in a sort."""

    key: Any
    """The value of the column that is sorted by; None if the task has none."""
    id: int


class Section(NamedTuple):
    """A part of a sorted list."""

    key: Column[Any]
    backwards: bool
    empty: bool = False
    """Whether its tasks have nothing to sort by."""
    behind: bool = False
    """Whether it begins behind a position."""

    def place(self, keys: FromClause) -> Tuple:
        """Return the columns by which tasks are compared within the section."""
        if self.empty or self.key is tasks.c.id:
            return tuple_(keys.c.id)
        return tuple_(keys.c[self.key.key], keys.c.id)

    def place_of(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Return the same of a row that `read_in_order` has read."""
        if self.empty or self.key is tasks.c.id:
            return (row[0],)
        return row[-1], row[0]


@lru_cache(maxsize=64)
def sections(sort: str, *, behind: bool, keyless: bool) -> list[Section]:
    """Return the parts that, one after the other, are a whole list, or all of it behind a task.

    Args:
        sort: the name of a sort, with a ``-`` before it if backwards.
        behind: whether there is such a task.
        keyless: whether it has nothing to sort by.

    """
    key, backwards = SORTS[sort.removeprefix("-")], sort.startswith("-")
    if behind and keyless:
        return [Section(key, backwards, empty=True, behind=True)]
    first = Section(key, backwards, behind=behind)
    return [first, Section(key, backwards, empty=True)] if key.nullable else [first]


def read_in_order(section: Section, keys: FromClause = tasks) -> Select[Any]:
    """Build the statement for a section that `keys` has the ids and sort keys of.

    Its rows are tasks, each with its key behind it.
    """
    key, backwards, empty, behind = section
    order = [keys.c.id] if key is tasks.c.id else [keys.c[key.key], keys.c.id]
    tables = keys if keys is tasks else keys.join(tasks, keys.c.id == tasks.c.id)
    statement = select(*COLUMNS, order[0].label("sort_key")).select_from(tables).where(IN_LIST)
    if key.nullable:
        statement = statement.where(order[0].is_(None) if empty else order[0].is_not(None))
    if behind:
        here = section.place(keys)
        names = ["after_key", "after_id"][-len(here.clauses) :]
        types = [column.type for column in here.clauses]
        there = tuple_(*(bindparam(n, type_=kind) for n, kind in zip(names, types, strict=True)))
        statement = statement.where(here < there if backwards else here > there)
    in_order = (column.desc() if backwards else column for column in order)
    return statement.order_by(*in_order).limit(bindparam("limit"))
