"""Many new tasks of a user in one transaction.

While it lasts, other changes wait, in SQLite those of all users. So whatever can be done before it
is done before it, by `prepare_tasks`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, select

from todo_api import times
from todo_api.storage.errors import UserGoneError
from todo_api.storage.schema import users
from todo_api.storage.search_index import LABELS, WORDS, found_by
from todo_api.storage.tasks import INSERT_TASK, begin_change

AT_ONCE = 20_000
"""Labels or words that one statement inserts: a fraction of a second's work."""

SELECT_LAST_TASK_ID = select(users.c.last_task_id).where(users.c.id == bindparam("owner_id"))


class NewTasks(NamedTuple):
    """Tasks as they will be inserted, but for what only the transaction knows."""

    columns: list[dict[str, Any]]
    labels: list[str]
    """JSON: texts, and the numbers of their tasks among these, counted from 1."""
    words: list[str]


def select_last_task_id(db: Connection, user_id: int) -> int:
    """Return the id of a user's latest task, which may be gone. Raises `UserGoneError`."""
    last: int | None = db.execute(SELECT_LAST_TASK_ID, {"owner_id": user_id}).scalar()
    if last is None:
        raise UserGoneError
    return last


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
            "change": last.number - many + number,
        }
        for number, task in enumerate(new.columns, 1)
    ]
    if tasks:
        db.execute(INSERT_TASK, tasks)
    for index, parts in ((LABELS, new.labels), (WORDS, new.words)):
        for texts in parts:
            values = {"owner_id": user_id, "before": before, "texts": texts}
            db.execute(index.insert, values)


def _columns(given: Mapping[str, Any]) -> dict[str, Any]:
    task = {
        "title": given["title"],
        "description": given.get("description", ""),
        "done": given.get("done", False),
        "due": given.get("due"),
        "priority": given.get("priority", 0),
        "labels": sorted(given.get("labels", ())),
        "created_at": _instant(given.get("created_at")),
        "updated_at": _instant(given.get("updated_at")),
        "completed_at": _instant(given.get("completed_at")),
    }
    return {**task, **found_by(task, task)}


def _instant(moment: str | None) -> str | None:
    return None if moment is None else times.instant(moment)


def _json(texts: Sequence[tuple[str, int]]) -> list[str]:
    starts = range(0, len(texts), AT_ONCE)
    return [orjson.dumps(texts[start : start + AT_ONCE]).decode() for start in starts]
