"""The tasks of a user: the handlers of the tag ``tasks``."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from todo_api.accounts import User
from todo_api.contract import Answer, Problem, Reply, UrlFor
from todo_api.protocol.cursors import Cursors
from todo_api.protocol.idempotency import Once
from todo_api.protocol.preconditions import (
    entity_tag,
    entity_tag_of_list,
    expected_versions,
    is_known,
    to_keep,
)
from todo_api.readonly import split_changes
from todo_api.settings import Settings
from todo_api.storage import Database, times
from todo_api.storage import tasks as storage
from todo_api.storage.changes import forget_deletions
from todo_api.storage.pages import Position, select_page
from todo_api.storage.tasks import TaskRow

UNCHANGEABLE = ("created_at", "updated_at", "completed_at")
"""The read-only members that only the database knows."""
WHEN_CLEARED: dict[str, Any] = {"description": "", "due": None, "priority": 0, "labels": []}
"""What a member is once a merge patch has removed it: what it is if it was never given."""


def get_tasks(
    limit: int,
    sort: str,
    cursor: str | None,
    if_none_match: str | None,
    user: User,
    database: Database,
    cursors: Cursors,
    url_for: UrlFor,
    **filters: Any,  # noqa: ANN401 - of many types
) -> Answer:
    """List your tasks."""
    filters = {name: value for name, value in filters.items() if value is not None}
    purpose = ("get_tasks", user.id, sort, filters)
    after = None if cursor is None else Position(*cursors.open(cursor, *purpose))
    with database.snapshot() as db:
        change = storage.select_last_change(db, user.id)
        # What is overdue changes by itself: such a list is never known already.
        moment = times.now() if "overdue" in filters else None
        etag = entity_tag_of_list(change, purpose, limit, cursor, moment)
        if is_known(etag, if_none_match):
            return Reply(None, 304, to_keep(etag))
        page = select_page(db, user.id, filters=filters, sort=sort, after=after, limit=limit)
    answer: dict[str, Any] = {"tasks": [represent(task, url_for) for task in page.tasks]}
    if page.last is None:
        return Reply(answer, 200, to_keep(etag))
    answer["next_cursor"] = cursors.seal(list(page.last), *purpose)
    arguments = {"sort": sort, **filters, "limit": limit, "cursor": answer["next_cursor"]}
    link = f'<{url_for("get_tasks", **arguments)}>; rel="next"'
    return Reply(answer, 200, {**to_keep(etag), "Link": link})


def create_task(
    body: dict[str, Any], idempotency_key: str | None, user: User, once: Once, url_for: UrlFor
) -> Answer:
    """Create a task."""

    def create(db: Connection) -> Reply:
        row = storage.insert_task(db, user.id, **body)
        task = represent(row, url_for)
        headers = {"Location": task["uri"], "ETag": entity_tag(row.change)}
        return Reply({"task": task}, 201, headers)

    return once(idempotency_key, user.id, ("create_task", body), create)


def get_task(
    task_id: int, if_none_match: str | None, user: User, database: Database, url_for: UrlFor
) -> Answer:
    """Get a task."""
    with database.snapshot() as db:
        task = storage.select_task(db, user.id, task_id)
    if task is None:
        raise Problem(404)
    etag = entity_tag(task.change)
    if is_known(etag, if_none_match):
        return Reply(None, 304, to_keep(etag))
    return Reply({"task": represent(task, url_for)}, 200, to_keep(etag))


def update_task(
    task_id: int,
    body: dict[str, Any],
    if_match: str | None,
    user: User,
    database: Database,
    url_for: UrlFor,
) -> Answer:
    """Update a task."""
    changes, unchangeable = split_task(body, task_id, url_for)
    versions = expected_versions(if_match)
    with database.transaction() as db:
        task = storage.update_task(
            db, user.id, task_id, changes, versions=versions, unchangeable=unchangeable
        )
    return Reply({"task": represent(task, url_for)}, 200, {"ETag": entity_tag(task.change)})


def patch_task(
    task_id: int,
    body: dict[str, Any],
    if_match: str | None,
    user: User,
    database: Database,
    url_for: UrlFor,
) -> Answer:
    """Patch a task."""
    changes = {
        name: WHEN_CLEARED.get(name) if value is None else value for name, value in body.items()
    }
    return update_task(task_id, changes, if_match, user, database, url_for)


def delete_task(
    task_id: int, if_match: str | None, user: User, database: Database, settings: Settings
) -> Answer:
    """Delete a task."""
    with database.transaction() as db:
        remove_task(db, user.id, task_id, if_match, settings)
    return {"result": True}


def remove_task(
    db: Connection, user_id: int, task_id: int, if_match: str | None, settings: Settings
) -> None:
    """Delete a task, and forget deletions that nobody needs to be told of any more."""
    storage.delete_task(db, user_id, task_id, versions=expected_versions(if_match))
    forget_deletions(db, user_id, before=times.ago(timedelta(days=settings.tombstone_days)))


def split_task(
    body: dict[str, Any], task_id: int, url_for: UrlFor, *, within: str = ""
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what is to change of a task, and what has to be as it is.

    Raises `Problem` as `split_changes` does.
    """
    uri = url_for("get_task", task_id=task_id)
    changes = split_changes(body, within=within, id=task_id, uri=uri)
    unchangeable = {name: changes.pop(name) for name in UNCHANGEABLE if name in changes}
    return changes, unchangeable


def represent(task: TaskRow, url_for: UrlFor) -> dict[str, Any]:
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
