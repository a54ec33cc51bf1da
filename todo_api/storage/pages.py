"""One page of a user's tasks, filtered and sorted.

A filter is a line of `FILTERS`, a sort one of `SORTS` (and an index). A page begins behind a
position, the sort key and the id of a task, not after a count of them: so it costs the same
everywhere in the list, and changes of other tasks move nothing into or out of the following ones.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    false,
    or_,
    select,
    tuple_,
)

from todo_api.storage import times
from todo_api.storage.schema import task_labels, tasks
from todo_api.storage.tasks import COLUMNS, IS_OWN, TaskRow
from todo_api.storage.text import beyond, sort_key, words_of


class Position(NamedTuple):
    """Where a task stands in a sort."""

    key: Any
    """The value of the column that is sorted by; None if the task has none."""
    id: int


class Page(NamedTuple):
    """Some tasks, and the position of the last one if there are more behind it."""

    tasks: list[TaskRow]
    last: Position | None


SORTS: dict[str, Column[Any]] = {
    "id": tasks.c.id,
    "title": tasks.c.title_key,
    "due": tasks.c.due_key,
    "priority": tasks.c.priority,
    "created_at": tasks.c.created_at,
    "updated_at": tasks.c.updated_at,
}
"""By the name of a sort, the column that it sorts by; then by id. `-` before it turns it round."""


def has_prefix(prefix: str) -> ColumnElement[bool]:
    """Find titles that begin with a text, whatever its case."""
    key = sort_key(prefix)
    return and_(tasks.c.title_key >= key, tasks.c.title_key < beyond(key))


def has_words(text: str) -> ColumnElement[bool]:
    """Find tasks that have, for each word of a text, one that begins with it."""
    # No character of a word means anything to LIKE, and all are folded already.
    found = [tasks.c.words.like(f"% {word}%") for word in words_of(text)]
    return and_(*found) if found else false()


def has_labels(labels: Sequence[str]) -> ColumnElement[bool]:
    """Find tasks that have all of the labels."""
    return and_(
        *(
            select(task_labels.c.task_id)
            .where(
                task_labels.c.user_id == tasks.c.user_id,
                task_labels.c.label == label,
                task_labels.c.task_id == tasks.c.id,
            )
            .exists()
            for label in set(labels)
        )
    )


def is_overdue(wanted: bool) -> ColumnElement[bool]:  # noqa: FBT001 - a filter takes one value
    """Find tasks that should have been done by now, or all the others."""
    now = times.now()
    if wanted:
        return and_(tasks.c.due_key < now, tasks.c.done.is_(False))
    return or_(tasks.c.due_key.is_(None), tasks.c.due_key >= now, tasks.c.done.is_(True))


FILTERS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "done": tasks.c.done.is_,
    "title_prefix": has_prefix,
    "q": has_words,
    "label": has_labels,
    "priority_min": lambda least: tasks.c.priority >= least,
    "due_before": lambda due: tasks.c.due_key < times.due_start(due),
    "due_after": lambda due: tasks.c.due_key > times.due_end(due),
    "overdue": is_overdue,
    "updated_since": lambda moment: tasks.c.updated_at >= times.instant(moment),
}
"""By the name of a filter, the condition that its value makes."""


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
    conditions = [FILTERS[name](value) for name, value in (filters or {}).items()]
    values = {"owner_id": user_id}
    if after is not None:
        values |= {"after_key": after.key, "after_id": after.id}
    rows: list[Row[Any]] = []
    for statement in _stretches(sort, after):
        if room := limit + 1 - len(rows):
            rows += db.execute(statement.where(*conditions), {**values, "limit": room})
    found = [TaskRow._make(row[:-1]) for row in rows[:limit]]
    last = Position(rows[limit - 1].sort_key, found[-1].id) if len(rows) > limit else None
    return Page(found, last)


def _stretches(sort: str, after: Position | None) -> list[Select[Any]]:
    """Return the statements whose rows, one after the other, are all tasks behind `after`.

    What has no value to sort by comes last both ways, so that it is a stretch of its own.
    """
    behind = after is not None
    if not SORTS[sort.removeprefix("-")].nullable:
        return [_statement(sort, behind=behind)]
    if after is not None and after.key is None:
        return [_statement(sort, empty=True, behind=True)]
    return [_statement(sort, behind=behind), _statement(sort, empty=True)]


@cache
def _statement(sort: str, *, empty: bool = False, behind: bool = False) -> Select[Any]:
    """Build a statement for tasks with a value to sort by, or for those without (`empty`)."""
    key, backwards = SORTS[sort.removeprefix("-")], sort.startswith("-")
    order = [tasks.c.id] if key is tasks.c.id else [key, tasks.c.id]
    conditions = [IS_OWN]
    if key.nullable:
        conditions.append(key.is_(None) if empty else key.is_not(None))
    if behind:
        here = tuple_(*order[-1:] if empty else order)
        names = ["after_key", "after_id"][-len(here.clauses) :]
        there = tuple_(*(bindparam(name) for name in names))
        conditions.append(here < there if backwards else here > there)
    return (
        select(*COLUMNS, key.label("sort_key"))
        .where(*conditions)
        .order_by(*(column.desc() if backwards else column for column in order))
        .limit(bindparam("limit"))
    )
