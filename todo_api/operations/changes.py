"""The changes to a user's tasks: the handler of the tag ``changes``."""

from collections.abc import Mapping
from typing import Any

from todo_api import storage, times
from todo_api.contract import Answer, Reply, UrlFor, is_known
from todo_api.identity import User
from todo_api.operations.representation import Names, names_in, represent_task
from todo_api.rest import (
    Cursors,
    cache_headers,
    entity_tag,
    entity_tag_of_lists,
    next_link,
    not_modified,
)
from todo_api.settings import Settings
from todo_api.storage import Database, Deletion, Point, TaskRow, select_changes


def get_changes(
    since: str | None,
    limit: int,
    if_none_match: str | None,
    user: User,
    database: Database,
    cursors: Cursors,
    settings: Settings,
    url_for: UrlFor,
    **filters: list[int] | None,
) -> Answer:
    """List what has changed."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    purpose = ("get_changes", user.id, *chosen.values())
    told = [] if since is None else cursors.open(since, *purpose, parameter="since")
    before = times.ago(settings.deletions_kept)
    with database.snapshot() as db:
        states = storage.select_states(db, user.id, chosen.get("list_id"))
        # Of what has not changed, nothing is read.
        page = select_changes(db, states, _points(told, user), before=before, limit=limit)
        names = names_in(db, user, (one for one in page.found if isinstance(one, TaskRow)))
    etag = entity_tag_of_lists(states, purpose, limit, since)
    if is_known(etag, if_none_match):
        return not_modified(etag)
    following = cursors.seal(_told(page.reached), *purpose)
    changes = [_represent(change, names, url_for) for change in page.found]
    gone = {"gone_lists": page.gone} if page.gone else {}
    answer = {**gone, "changes": changes, "next": following, "more": page.more}
    headers = cache_headers(etag)
    if page.more:
        arguments = {"since": following, "limit": limit, **chosen}
        headers |= next_link(url_for("get_changes", **arguments))
    return Reply(answer, 200, headers)


def _points(told: list[Any], user: User) -> dict[int, Point]:
    """Return how far each list has been told, from what is in a token."""
    if told and isinstance(told[0], int):  # of a version that knew no list but one's own
        return {user.list_id: Point(*told)}
    return {list_id: Point(version, *rest or [version]) for list_id, version, *rest in told}


def _told(points: Mapping[int, Point]) -> list[list[int]]:
    """Return what a token holds: hardly more than 20 bytes for each list, since it is in URLs."""
    return [
        [list_id, *point] if point.deletion != point.version else [list_id, point.version]
        for list_id, point in points.items()
    ]


def _represent(change: TaskRow | Deletion, names: Names, url_for: UrlFor) -> dict[str, Any]:
    if isinstance(change, Deletion):
        return {"id": change.id, "deleted": True}
    return {
        "id": change.id,
        "deleted": False,
        "task": represent_task(change, names, url_for),
        "etag": entity_tag(change.version),
    }
