"""The filters of a user's tasks: a line of `FILTERS` for each."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
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
from todo_api.storage.schema import task_labels, task_words, tasks
from todo_api.storage.tasks import IS_OWN
from todo_api.storage.text import beyond, sort_key, words_of

is_done, title_key, due_key = tasks.c.done, tasks.c.title_key, tasks.c.due_key
priority, updated_at = tasks.c.priority, tasks.c.updated_at


class Filter(NamedTuple):
    """What a filter asks of tasks, and how those that may pass are found without reading all."""

    passes: ColumnElement[bool]
    key: Column[Any] | None = None
    """The column of which `passes` is a range, if it is."""
    lookups: Sequence[Select[Any]] = ()
    """Statements that read ids from an index; each finds all tasks that pass, and maybe others."""


def _in_range(key: Column[Any], within: ColumnElement[bool]) -> Filter:
    """Make a filter of a condition on a column that has an index."""
    return Filter(within, key, [select(tasks.c.id).where(IS_OWN, within)])


def _begins_with(key: Column[str], beginning: str) -> ColumnElement[bool]:
    return and_(key >= beginning, key < beyond(beginning))


def _has_words(text: str) -> Filter:
    """Find tasks that have, for each word of a text, one that begins with it."""
    # The longer a word, the fewer have it.
    words = sorted(words_of(text), key=len, reverse=True)
    if not words:
        return Filter(false())
    # No character of a word means anything to LIKE, and all are folded already.
    passes = and_(*(tasks.c.words.like(f"% {word}%") for word in words))
    owned = select(task_words.c.task_id).where(task_words.c.user_id == bindparam("owner_id"))
    lookups = [owned.where(_begins_with(task_words.c.word, word)) for word in words]
    return Filter(passes, lookups=lookups)


def _has_labels(labels: Sequence[str]) -> Filter:
    """Find tasks that have all of the labels."""
    owned = select(task_labels.c.task_id).where(task_labels.c.user_id == bindparam("owner_id"))
    lookups = [owned.where(task_labels.c.label == label) for label in labels]
    # With an offset PostgreSQL looks each task up; it would read all that have the label otherwise.
    having = [
        found.where(task_labels.c.task_id == tasks.c.id).offset(0).exists() for found in lookups
    ]
    return Filter(and_(*having), lookups=lookups)


def _is_overdue(wanted: bool) -> Filter:  # noqa: FBT001 - a filter takes one value
    """Find tasks that should have been done by now, or all the others."""
    late, undone = due_key < times.now(), is_done.is_(False)
    if wanted:
        owned = select(tasks.c.id).where(IS_OWN)
        return Filter(and_(late, undone), lookups=[owned.where(late), owned.where(undone)])
    return Filter(or_(due_key.is_(None), not_(late), is_done.is_(True)))


FILTERS: dict[str, Callable[[Any], Filter]] = {
    "done": lambda done: _in_range(is_done, is_done == done),
    "title_prefix": lambda prefix: _in_range(title_key, _begins_with(title_key, sort_key(prefix))),
    "q": _has_words,
    "label": _has_labels,
    "priority_min": lambda least: _in_range(priority, priority >= least),
    "due_before": lambda due: _in_range(due_key, due_key < times.due_start(due)),
    "due_after": lambda due: _in_range(due_key, due_key > times.due_end(due)),
    "overdue": _is_overdue,
    "updated_since": lambda moment: _in_range(updated_at, updated_at >= times.instant(moment)),
}
"""By its name, what a filter asks for, given its value."""
