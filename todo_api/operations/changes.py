"""The changes to a user's tasks: the handler of the tag ``changes``."""

from datetime import timedelta
from typing import Any

from todo_api import times
from todo_api.contract import Answer, Reply, UrlFor, is_known
from todo_api.identity import User
from todo_api.operations.representation import represent_task
from todo_api.rest import (
    Cursors,
    cache_headers,
    entity_tag,
    entity_tag_of_list,
    next_link,
    not_modified,
)
from todo_api.settings import Settings
from todo_api.storage import Database, Deletion, Point, TaskRow, select_changes, select_history


def get_changes(
    since: str | None,
    limit: int,
    if_none_match: str | None,
    user: User,
    database: Database,
    cursors: Cursors,
    settings: Settings,
    url_for: UrlFor,
) -> Answer:
    """List what has changed."""
    purpose = ("get_changes", user.id)
    known = None if since is None else cursors.open(since, *purpose, parameter="since")
    before = times.ago(timedelta(days=settings.tombstone_days))
    with database.snapshot() as db:
        history = select_history(db, user.list_id, known and Point(*known), before=before)
        etag = entity_tag_of_list(history.last_version, purpose, limit, since)
        if is_known(etag, if_none_match):
            return not_modified(etag)
        page = select_changes(db, user.list_id, history, limit=limit)
    following = cursors.seal(list(page.reached), *purpose)
    changes = [_represent(change, url_for) for change in page.found]
    answer = {"changes": changes, "next": following, "more": page.more}
    headers = cache_headers(etag)
    if page.more:
        headers |= next_link(url_for("get_changes", since=following, limit=limit))
    return Reply(answer, 200, headers)


def _represent(change: TaskRow | Deletion, url_for: UrlFor) -> dict[str, Any]:
    if isinstance(change, Deletion):
        return {"id": change.id, "deleted": True}
    return {
        "id": change.id,
        "deleted": False,
        "task": represent_task(change, url_for),
        "etag": entity_tag(change.version),
    }
