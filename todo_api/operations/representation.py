"""A task as clients see it, and what of a body is to change."""

from collections.abc import Iterable
from typing import Any

from todo_api.contract import Problem, UrlFor, bad_body
from todo_api.storage import TaskRow

TIMES = ("created_at", "updated_at", "completed_at")
"""The read-only members of a task that only the database knows."""


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


def split_task(
    body: dict[str, Any], task_id: int, url_for: UrlFor, *, within: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is to change of a task, and what has to be as it is.

    Raises `Problem` as `split_changes` does.
    """
    uri = url_for("get_task", task_id=task_id)
    changes = split_changes(body, within=within, id=task_id, uri=uri)
    unchangeable = {name: changes.pop(name) for name in TIMES if name in changes}
    return changes, unchangeable


def split_changes(body: dict[str, Any], /, *, within: str = "", **stored: object) -> dict[str, Any]:
    """Return the members of ``body`` that are to change, without the read-only ones.

    What GET answered can be sent to PUT as it is: a read-only member may come along if it is
    the ``stored`` value. ``within`` is where ``body`` stands, if it is not the whole.

    Raises:
        Problem: 400 that points at each read-only member that differs.

    """
    if differing := [name for name, value in stored.items() if body.get(name, value) != value]:
        raise read_only(differing, within=within)
    return {name: value for name, value in body.items() if name not in stored}


def read_only(names: Iterable[str], *, within: str = "") -> Problem:
    """Refuse other values of these members, which stand at the place ``within``."""
    sentence = "This member is read-only; leave it out or unchanged."
    return bad_body((f"{within}/{name}", sentence) for name in names)
