"""The filters of a list's tasks: a line of `FILTERS` for each.

A filter is a condition in SQL and the values that a request binds to it. The condition depends on
the kind of the filter and on the number of its values alone, so that a statement with filters can
be compiled once for each combination of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    not_,
    or_,
    select,
)

from todo_api import times
from todo_api.storage.schema import task_labels, task_words, tasks, users
from todo_api.storage.tasks import IN_LIST
from todo_api.storage.text import beyond, sort_key, words_sought

is_done, title_key, due_key = tasks.c.done, tasks.c.title_key, tasks.c.due_key
priority, updated_at = tasks.c.priority, tasks.c.updated_at
parent_id = tasks.c.parent_id

Parameter = BindParameter[Any]


class Condition(NamedTuple):
    """What a filter asks of tasks, and how those that may pass are found without reading all."""

    passes: ColumnElement[bool]
    key: Column[Any] | None = None
    """The column of which `passes` is a range, if it is."""
    lookups: Sequence[Select[Any]] = ()
    """Statements that read ids from an index; each finds all tasks that pass, and maybe others."""


Build = Callable[[Sequence[Parameter]], Condition]
"""Makes a condition of the parameters that a filter's values are bound to."""


class Filter(NamedTuple):
    """A filter as a request gives it."""

    build: Build
    values: Sequence[Any]


class Shape(NamedTuple):
    """What the SQL of a filter depends on; its values are bound."""

    name: str
    build: Build
    size: int
    """The number of values."""

    def names(self) -> list[str]:
        """Return the names of the parameters that the values are bound to."""
        return [f"{self.name}_{number}" for number in range(self.size)]


def shapes_and_values(
    filters: Mapping[str, Any], zone: str
) -> tuple[tuple[Shape, ...], dict[str, Any]]:
    """Return the shapes of filters, given by name, and the values of their parameters.

    The list that they are for counts days in `zone`.
    """
    shapes: list[Shape] = []
    values: dict[str, Any] = {}
    for name, value in filters.items():
        build, given = FILTERS[name](value, zone)
        shape = Shape(name, build, len(given))
        shapes.append(shape)
        values |= zip(shape.names(), given, strict=True)
    return tuple(shapes), values


@lru_cache(maxsize=1024)
def condition(shape: Shape) -> Condition:
    """Return the condition of a filter of this shape."""
    return shape.build([bindparam(name) for name in shape.names()])


def _in_range(key: Column[Any], within: ColumnElement[bool]) -> Condition:
    """Make a condition of a range of a column that has an index."""
    return Condition(within, key, [select(tasks.c.id).where(IN_LIST, within)])


def _has_state(given: Sequence[Parameter]) -> Condition:
    return _in_range(is_done, is_done == given[0])


def _begins(given: Sequence[Parameter]) -> Condition:
    return _in_range(title_key, and_(title_key >= given[0], title_key < given[1]))


def _has_words(given: Sequence[Parameter]) -> Condition:
    """Find tasks that have, for each of some words, one that begins with it.

    Each word brings three values: a pattern, and the ends of its range in the index.
    """
    if not given:
        return Condition(false())
    listed = select(task_words.c.task_id).where(task_words.c.list_id == bindparam("in_list"))
    word = task_words.c.word
    lookups = [listed.where(word >= first, word < end) for first, end in _pairs(given)]
    return Condition(and_(*(tasks.c.words.like(one) for one in given[::3])), lookups=lookups)


def _pairs(given: Sequence[Parameter]) -> Iterator[tuple[Parameter, Parameter]]:
    return zip(given[1::3], given[2::3], strict=True)


def _has_labels(given: Sequence[Parameter]) -> Condition:
    """Find tasks that have all of the labels."""
    listed = select(task_labels.c.task_id).where(task_labels.c.list_id == bindparam("in_list"))
    lookups = [listed.where(task_labels.c.label == label) for label in given]
    # With an offset PostgreSQL looks each task up; it would read all that have the label otherwise.
    having = [
        found.where(task_labels.c.task_id == tasks.c.id).offset(0).exists() for found in lookups
    ]
    return Condition(and_(*having), lookups=lookups)


def _is_important(given: Sequence[Parameter]) -> Condition:
    return _in_range(priority, priority >= given[0])


def _is_due_before(given: Sequence[Parameter]) -> Condition:
    return _in_range(due_key, due_key < given[0])


def _is_due_after(given: Sequence[Parameter]) -> Condition:
    return _in_range(due_key, due_key > given[0])


def _is_overdue(given: Sequence[Parameter]) -> Condition:
    """Find tasks that should have been done by a moment."""
    late, undone = due_key < given[0], is_done.is_(False)
    listed = select(tasks.c.id).where(IN_LIST)
    return Condition(and_(late, undone), lookups=[listed.where(late), listed.where(undone)])


def _is_in_time(given: Sequence[Parameter]) -> Condition:
    """Find the tasks that `_is_overdue` does not."""
    return Condition(or_(due_key.is_(None), not_(due_key < given[0]), is_done.is_(True)))


def _is_assigned(given: Sequence[Parameter]) -> Condition:
    """Find the tasks that are assigned to a user, by name."""
    member = select(users.c.id).where(users.c.username == given[0]).scalar_subquery()
    assigned = tasks.c.assigned_to == member
    return Condition(assigned, lookups=[select(tasks.c.id).where(IN_LIST, assigned)])


def _is_part(given: Sequence[Parameter]) -> Condition:
    """Find the tasks right below a task."""
    return _in_range(parent_id, parent_id == given[0])


def _is_below(_: Sequence[Parameter]) -> Condition:
    """Find the tasks that are parts of others."""
    return _in_range(parent_id, parent_id.is_not(None))


def _is_on_top(_: Sequence[Parameter]) -> Condition:
    """Find the tasks that are parts of no other."""
    return Condition(parent_id.is_(None))


def _is_updated(given: Sequence[Parameter]) -> Condition:
    return _in_range(updated_at, updated_at >= given[0])


def _range(beginning: str) -> list[str]:
    return [beginning, beyond(beginning)]


def _searched(text: str) -> Filter:
    words = words_sought(text)
    # No character of a word means anything to LIKE, and all are folded already.
    return Filter(_has_words, [value for word in words for value in (f"% {word}%", *_range(word))])


FILTERS: dict[str, Callable[[Any, str], Filter]] = {
    "done": lambda done, _: Filter(_has_state, [done]),
    "title_prefix": lambda prefix, _: Filter(_begins, _range(sort_key(prefix))),
    "q": lambda text, _: _searched(text),
    "label": lambda labels, _: Filter(_has_labels, [*dict.fromkeys(labels)]),
    "priority_min": lambda least, _: Filter(_is_important, [least]),
    "due_before": lambda due, zone: Filter(_is_due_before, [times.due_start(due, zone)]),
    "due_after": lambda due, zone: Filter(_is_due_after, [times.due_end(due, zone)]),
    "overdue": lambda late, _: Filter(_is_overdue if late else _is_in_time, [times.now()]),
    "assigned_to": lambda username, _: Filter(_is_assigned, [username]),
    "parent_id": lambda task_id, _: Filter(_is_part, [task_id]),
    "top_level": lambda on_top, _: Filter(_is_on_top if on_top else _is_below, []),
    "updated_since": lambda moment, _: Filter(_is_updated, [times.instant(moment)]),
}
"""By its name, a filter for a value, in a list that counts days in a time zone."""
