"""Many new tasks of a user in one transaction.

While it lasts, other changes wait, in SQLite those of all users. So `prepare_tasks` does beforehand
whatever needs no transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from todo_api import times
from todo_api.storage.engine import Connection
from todo_api.storage.schema import DEFAULTS
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.tasks import INSERT_TASK, begin_change

AT_ONCE = 20_000
"""Labels or words that one statement inserts: a fraction of a second's work."""

MOMENTS = ("created_at", "updated_at", "completed_at")
"""The times that an imported task may bring along."""


class NewTasks(NamedTuple):
    """Tasks ready to be inserted, except for what only the transaction knows."""

    columns: list[dict[str, Any]]
    labels: list[str]
    """JSON: texts, and the numbers of their tasks among these, counted from 1."""
    words: list[str]


def prepare_tasks(given: Sequence[Mapping[str, Any]]) -> NewTasks:
    """Return tasks, of which only the title has to be given, ready to be inserted."""
    columns = [_columns(task) for task in given]
    return NewTasks(
        columns,
        _json(sorted((label, n) for n, task in enumerate(columns, 1) for label in task["labels"])),
        _json(
            sorted((word, n) for n, task in enumerate(columns, 1) for word in task["words"].split())
        ),
    )


def insert_tasks(db: Connection, user_id: int, new: NewTasks) -> None:
    """Insert tasks, each a change of its own, in their order.

    Unlike a task that is made here, one may bring its times along.

    Raises `UserGoneError`.
    """
    many = len(new.columns)
    last = begin_change(db, user_id, changes=many, new_tasks=many)
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
            db.execute(index.insert, values)


def _columns(given: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: _instant(given.get(name)) for name in MOMENTS}
    task = {**DEFAULTS, **given, **moments}
    task["labels"] = sorted(task["labels"])
    return {**task, **search_columns(task, task)}


def _instant(moment: str | None) -> str | None:
    return None if moment is None else times.instant(moment)


def _json(texts: Sequence[tuple[str, int]]) -> list[str]:
    starts = range(0, len(texts), AT_ONCE)
    return [orjson.dumps(texts[start : start + AT_ONCE]).decode() for start in starts]
