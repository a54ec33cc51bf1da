"""All tasks of a user, out and in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from todo_api.storage import times
from todo_api.storage.errors import UserGone
from todo_api.storage.schema import users
from todo_api.storage.tasks import INSERT_TASK, LABELS, WORDS, Index, begin_change, found_by

BATCH = 500
"""Rows that go to the database at once."""

SELECT_LAST_TASK_ID = select(users.c.last_task_id).where(users.c.id == bindparam("owner_id"))


def select_last_task_id(db: Connection, user_id: int) -> int:
    """Return the id of a user's latest task, which may be gone. Raises `UserGone`."""
    last: int | None = db.execute(SELECT_LAST_TASK_ID, {"owner_id": user_id}).scalar()
    if last is None:
        raise UserGone
    return last


def insert_tasks(db: Connection, user_id: int, new: Sequence[Mapping[str, Any]]) -> None:
    """Insert tasks, each a change of its own, in their order.

    Unlike a task that is made here, one may bring along when it was created and completed. What
    its owner has to learn of is that it came: it was updated now.

    Raises `UserGone`.
    """
    last = begin_change(db, user_id, changes=len(new), new_tasks=len(new))
    for start in range(0, len(new), BATCH):
        tasks = []
        for number, given in enumerate(new[start : start + BATCH], start + 1 - len(new)):
            done = given.get("done", False)
            task = {
                "user_id": user_id,
                "id": last.last_task_id + number,
                "title": given["title"],
                "description": given.get("description", ""),
                "done": done,
                "due": given.get("due"),
                "priority": given.get("priority", 0),
                "labels": sorted(given.get("labels", ())),
                "created_at": _instant(given.get("created_at")) or last.at,
                "updated_at": last.at,
                "completed_at": (_instant(given.get("completed_at")) or last.at) if done else None,
                "change": last.number + number,
            }
            tasks.append({**task, **found_by(task, task)})
        db.execute(INSERT_TASK, tasks)
        _insert(db, LABELS, tasks, lambda task: task["labels"])
        _insert(db, WORDS, tasks, lambda task: task["words"].split())


def _insert(
    db: Connection,
    index: Index,
    tasks: Iterable[Mapping[str, Any]],
    texts_of: Callable[[Mapping[str, Any]], Iterable[str]],
) -> None:
    """Let new tasks be found by their texts."""
    rows = [
        {"owner_id": task["user_id"], "of_task": task["id"], "text": text}
        for task in tasks
        for text in texts_of(task)
    ]
    if rows:
        db.execute(index.insert, rows)


def _instant(moment: str | None) -> str | None:
    return None if moment is None else times.instant(moment)
