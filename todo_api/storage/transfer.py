"""Many new tasks of a user in one transaction.

While it lasts, other changes wait, in SQLite those of all users. So `prepare_tasks` does beforehand
whatever needs no transaction.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import orjson

from todo_api import times
from todo_api.storage.engine import Connection
from todo_api.storage.schema import DEFAULTS
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.tasks import INSERT_TASK, begin_new
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget, text_size

AT_ONCE = 50_000
"""Labels or words that one statement inserts: a fraction of a second's work."""

MOMENTS = ("created_at", "updated_at", "completed_at")
"""The times that an imported task may bring along."""


class NewTasks(NamedTuple):
    """Tasks ready to be inserted, except for what only the transaction knows."""

    columns: list[dict[str, Any]]
    labels: list[str]
    """JSON: texts, and the numbers of their tasks among these, counted from 1."""
    words: list[str]
    text: int
    """The bytes of their texts."""


def prepare_tasks(given: Iterable[Mapping[str, Any]], budget: WordBudget | None = None) -> NewTasks:
    """Return tasks, of which only the title has to be given, ready to be inserted.

    Raises `TooManyWordsError`.
    """
    columns = []
    for task in given:
        columns.append(found := _columns(task))
        if budget is not None:
            budget.spend(len(found["labels"]) + found["words"].count(" "))
    return NewTasks(
        columns,
        _json((label, n) for n, task in enumerate(columns, 1) for label in task["labels"]),
        _json((word, n) for n, task in enumerate(columns, 1) for word in task["words"].split()),
        sum(map(text_size, columns)),
    )


def insert_tasks(
    db: Connection, user_id: int, new: NewTasks, *, quotas: Quotas = UNLIMITED
) -> None:
    """Insert tasks, each a change of its own, in their order.

    Unlike a task that is made here, one may bring its times along.

    Raises `UserGoneError`, `QuotaMetError`.
    """
    many = len(new.columns)
    last = begin_new(db, user_id, tasks=many, text=new.text, quotas=quotas)
    before = last.last_task_id - many
    tasks = [
        {
            **task,
            "user_id": user_id,
            "id": before + number,
            "created_at": task["created_at"] or task["updated_at"] or last.at,
            "updated_at": task["updated_at"] or last.at,
            "completed_at": (task["completed_at"] or last.at) if task["done"] else None,
            "version": last.version - many + number,
        }
        for number, task in enumerate(new.columns, 1)
    ]
    if tasks:
        db.execute_many(INSERT_TASK, tasks)
    for index, parts in ((LABELS, new.labels), (WORDS, new.words)):
        for texts in parts:
            values = {"owner_id": user_id, "before": before, "texts": texts}
            db.execute(index.insert_many, values)


def _columns(given: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: _instant(given.get(name)) for name in MOMENTS}
    task = {**DEFAULTS, **given, **moments}
    task["labels"] = sorted(task["labels"])
    return {**task, **search_columns(task, task)}


def _instant(moment: str | None) -> str | None:
    return None if moment is None else times.instant(moment)


def _json(texts: Iterator[tuple[str, int]]) -> list[str]:
    parts = iter(lambda: list(islice(texts, AT_ONCE)), [])
    return [orjson.dumps(part).decode() for part in parts]
