"""A task as clients see it, and what a request body asks to change."""

from collections.abc import Collection, Mapping
from typing import Any

from todo_api.contract import Sentence, UrlFor, bad_body
from todo_api.storage import TaskRow

TIMES = ("created_at", "updated_at", "completed_at")
READ_ONLY = ("id", "uri", *TIMES)
"""The members of a task that only the service sets."""


def represent_task(task: TaskRow, url_for: UrlFor) -> dict[str, Any]:
    """Return a task as clients see it."""
    return {
        "id": task.id,
        "uri": url_for("get_task", task_id=task.id),
        "title": task.title,
        "description": task.description,
        "done": task.done,
        "due": task.due,
        "priority": task.priority,
        "labels": task.labels,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "completed_at": task.completed_at,
    }


def split_body(
    body: Mapping[str, Any], read_only: Collection[str] = READ_ONLY
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members of ``body`` that are to change, and those that are read-only."""
    changes = {name: value for name, value in body.items() if name not in read_only}
    given = {name: value for name, value in body.items() if name in read_only}
    return changes, given


def refuse_other_values(
    given: Mapping[str, Any], stored: Mapping[str, Any], *, within: str = ""
) -> None:
    """Refuse read-only members that differ from what is stored.

    A client can PUT what GET returned. ``within`` is where the members stand, if not in the body
    itself.

    Raises:
        Problem: 400 that points at each of them.

    """
    if differing := [name for name, value in given.items() if stored[name] != value]:
        sentence = Sentence("read_only", "This member is read-only; leave it out or unchanged.")
        raise bad_body((f"{within}/{name}", sentence) for name in differing)
