"""The tasks of a user: the handlers of the tag ``tasks``."""

from typing import Any

from todo_api.accounts import User
from todo_api.contract import Answer, Problem, Reply, UrlFor
from todo_api.readonly import split_changes
from todo_api.storage import Database
from todo_api.storage import tasks as storage
from todo_api.storage.tasks import TaskRow


def get_tasks(user: User, database: Database, url_for: UrlFor) -> Answer:
    """List your tasks."""
    with database.snapshot() as db:
        tasks = storage.select_tasks(db, user.id)
    return {"tasks": [_represent(task, url_for) for task in tasks]}


def create_task(body: dict[str, Any], user: User, database: Database, url_for: UrlFor) -> Answer:
    """Create a task."""
    with database.transaction() as db:
        row = storage.insert_task(
            db,
            user.id,
            title=body["title"],
            description=body.get("description", ""),
            done=body.get("done", False),
        )
    task = _represent(row, url_for)
    return Reply({"task": task}, 201, {"Location": task["uri"]})


def get_task(task_id: int, user: User, database: Database, url_for: UrlFor) -> Answer:
    """Get a task."""
    with database.snapshot() as db:
        task = storage.select_task(db, user.id, task_id)
    if task is None:
        raise Problem(404)
    return {"task": _represent(task, url_for)}


def update_task(
    task_id: int, body: dict[str, Any], user: User, database: Database, url_for: UrlFor
) -> Answer:
    """Update a task."""
    changes = split_changes(body, id=task_id, uri=url_for("get_task", task_id=task_id))
    with database.transaction() as db:
        task = storage.update_task(db, user.id, task_id, changes)
    if task is None:
        raise Problem(404)
    return {"task": _represent(task, url_for)}


def delete_task(task_id: int, user: User, database: Database) -> Answer:
    """Delete a task."""
    with database.transaction() as db:
        deleted = storage.delete_task(db, user.id, task_id)
    if not deleted:
        raise Problem(404)
    return {"result": True}


def _represent(task: TaskRow, url_for: UrlFor) -> dict[str, Any]:
    return {
        "id": task.id,
        "uri": url_for("get_task", task_id=task.id),
        "title": task.title,
        "description": task.description,
        "done": task.done,
    }
