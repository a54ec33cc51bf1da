"""The labels of some lists' tasks, as the index by which tasks are found has them."""

from collections.abc import Collection, Iterator, Sequence
from heapq import merge
from itertools import groupby, islice
from typing import Any, NamedTuple

import orjson
from sqlalchemy import bindparam, delete, func, select

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.lists import lock_list
from todo_api.storage.schema import task_labels, tasks
from todo_api.storage.search_index import LABELS
from todo_api.storage.tasks import IN_LIST, begin_change, update_of
from todo_api.storage.usage import UNLIMITED, Quotas, text_size

MOST_RENAMED = 5000
"""The most tasks that are changed in one transaction, for which other writers wait."""
AT_ONCE = 500
"""The most that are changed together, and held in memory."""


class Label(NamedTuple):
    """A label, and how many tasks have it."""

    name: str
    tasks: int


class Labels(NamedTuple):
    """Some labels in order, and whether there are more behind them."""

    found: list[Label]
    more: bool


class Renamed(NamedTuple):
    """How many tasks have another label now, and whether others still have the former one."""

    tasks: int
    more: bool


OF_LIST = task_labels.c.list_id == bindparam("in_list")
HAS_LABEL = task_labels.c.label == bindparam("name")

_SELECT = (
    select(task_labels.c.label, func.count())
    .where(OF_LIST)
    .group_by(task_labels.c.label)
    .order_by(task_labels.c.label)
    .limit(bindparam("limit"))
)
SELECT_LABELS = Statement(_SELECT, Label._make)
SELECT_LABELS_BEHIND = Statement(
    _SELECT.where(task_labels.c.label > bindparam("after")), Label._make
)
SELECT_LABELLED = Statement(
    select(tasks.c.id, tasks.c.labels)
    .join_from(task_labels, tasks, tasks.c.id == task_labels.c.task_id)
    .where(OF_LIST, HAS_LABEL, IN_LIST)
    .order_by(task_labels.c.task_id)
    .limit(bindparam("limit"))
)
SELECT_SOME_LABELLED = Statement(select(task_labels.c.task_id).where(OF_LIST, HAS_LABEL).limit(1))
UPDATE_LABELLED = update_of(frozenset({"labels", "updated_at", "version"}))
DELETE_FROM_INDEX = Statement(
    delete(task_labels).where(OF_LIST, HAS_LABEL, task_labels.c.task_id <= bindparam("last"))
)


def select_labels(db: Connection, *list_ids: int, after: str | None = None, limit: int) -> Labels:
    """Return up to `limit` labels of some lists' tasks in their order, those behind `after`.

    Each list is read as it would be alone, in small shares, which are merged.
    """
    share = limit // max(1, len(list_ids)) + 2
    parts = (_read(db, list_id, after, share) for list_id in list_ids)
    # The engines compare texts as Python does, by their code points.
    by_name = groupby(merge(*parts), key=lambda label: label.name)
    counted = (Label(name, sum(label.tasks for label in same)) for name, same in by_name)
    found = list(islice(counted, limit + 1))
    return Labels(found[:limit], more=len(found) > limit)


def _read(db: Connection, list_id: int, after: str | None, share: int) -> Iterator[Label]:
    """Yield the labels of a list's tasks, of which so many are read at a time."""
    values: dict[str, Any] = {"in_list": list_id, "limit": share}
    while True:
        statement = SELECT_LABELS if after is None else SELECT_LABELS_BEHIND
        found: list[Label] = db.all(statement, {**values, "after": after})
        yield from found
        if len(found) < share:
            return
        after = found[-1].name


def rename_label(
    db: Connection,
    list_ids: Collection[int],
    name: str,
    new_name: str,
    *,
    quotas: Quotas = UNLIMITED,
    most: int = MOST_RENAMED,
) -> Renamed:
    """Give tasks another label in place of the one that they have, in the order of their ids.

    Each is changed, as by `update_task`, `most` of them at the most, in all of these lists.

    Raises `UserGoneError`, `QuotaMetError`.
    """
    renamed = 0
    for list_id in sorted(list_ids):
        tasks, more = _rename_in(db, list_id, name, new_name, quotas, most - renamed)
        renamed += tasks
        if more:
            return Renamed(renamed, more=True)
    return Renamed(renamed, more=False)


def _rename_in(
    db: Connection, list_id: int, name: str, new_name: str, quotas: Quotas, most: int
) -> Renamed:
    renamed = 0
    lock_list(db, list_id)
    while name != new_name and renamed < most:
        values = {"in_list": list_id, "name": name, "limit": min(AT_ONCE, most - renamed)}
        rows = db.all(SELECT_LABELLED, values)
        if not rows:
            return Renamed(renamed, more=False)
        _rename(db, list_id, rows, name, new_name, quotas)
        renamed += len(rows)
    values = {"in_list": list_id, "name": name}
    more = name != new_name and db.one(SELECT_SOME_LABELLED, values) is not None
    return Renamed(renamed, more)


def _rename(
    db: Connection,
    list_id: int,
    rows: Sequence[tuple[int, list[str]]],
    name: str,
    new_name: str,
    quotas: Quotas,
) -> None:
    """Rename a label of these tasks, the first of those that have it."""
    changed = [(task_id, sorted({*labels, new_name} - {name})) for task_id, labels in rows]
    more_text = sum(_size(labels) for _, labels in changed) - sum(map(_size_of, rows))
    change = begin_change(db, list_id, changes=len(rows), more_text=more_text)
    if more_text > 0:
        quotas.check("text", change.stored_text)
    versions = range(change.version - len(rows) + 1, change.version + 1)
    key = {"in_list": list_id, "updated_at": change.at}
    db.execute_many(
        UPDATE_LABELLED,
        [
            {**key, "task_id": task_id, "labels": labels, "version": version}
            for (task_id, labels), version in zip(changed, versions, strict=True)
        ],
    )
    values: dict[str, Any] = {"in_list": list_id}
    db.execute(DELETE_FROM_INDEX, {**values, "name": name, "last": rows[-1][0]})
    without = [(new_name, task_id) for task_id, labels in rows if new_name not in labels]
    if without:
        db.execute(LABELS.insert, {**values, "before": 0, "texts": orjson.dumps(without).decode()})


def _size(labels: list[str]) -> int:
    return text_size({"labels": labels}, ("labels",))


def _size_of(row: tuple[int, list[str]]) -> int:
    return _size(row[1])
