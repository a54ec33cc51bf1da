"""A user's lists: the handlers of the tag ``lists``."""

from typing import Any

from todo_api import storage, times
from todo_api.contract import Answer, Problem, Reply, Sentence, UrlFor, bad_body, is_known
from todo_api.identity import User
from todo_api.operations.representation import refuse_other_values, split_body
from todo_api.rest import (
    Once,
    Precondition,
    cache_headers,
    entity_tag,
    entity_tag_of_lists,
    not_modified,
)
from todo_api.settings import Settings
from todo_api.storage import Connection, Database, ListRow
from todo_api.sweeping import Sweeper

READ_ONLY = (
    "id",
    "uri",
    "tasks_uri",
    "role",
    "is_own",
    "version",
    "created_at",
    "updated_at",
)
"""The members of a list that only the service sets."""


def get_lists(if_none_match: str | None, user: User, database: Database, url_for: UrlFor) -> Answer:
    """List your lists."""
    with database.snapshot() as db:
        rows = storage.select_lists(db, user.id)
    etag = entity_tag_of_lists(rows, "get_lists", user.id)
    if is_known(etag, if_none_match):
        return not_modified(etag)
    rows.sort(key=lambda row: row.id != user.list_id)
    answer = {"lists": [represent_list(row, user, url_for) for row in rows]}
    return Reply(answer, 200, cache_headers(etag))


def create_list(
    body: dict[str, Any],
    idempotency_key: str | None,
    user: User,
    once: Once,
    settings: Settings,
    url_for: UrlFor,
) -> Answer:
    """Create a list."""
    _refuse_unknown_zone(body)

    def create(db: Connection) -> Reply:
        zone = body.get("time_zone", settings.time_zone)
        most = settings.max_lists
        row = storage.add_list(db, user, name=body["name"], time_zone=zone, most=most)
        one = represent_list(row, user, url_for)
        headers = {"Location": one["uri"], "ETag": entity_tag(row.version)}
        return Reply({"list": one}, 201, headers)

    return once(idempotency_key, user.id, ("create_list", body), create)


def get_list(
    list_id: int, if_none_match: str | None, user: User, database: Database, url_for: UrlFor
) -> Answer:
    """Get a list."""
    with database.snapshot() as db:
        row = storage.select_list(db, user.id, list_id)
    if row is None:
        raise Problem(404)
    etag = entity_tag(row.version)
    if is_known(etag, if_none_match):
        return not_modified(etag)
    return Reply({"list": represent_list(row, user, url_for)}, 200, cache_headers(etag))


def update_list(
    list_id: int,
    body: dict[str, Any],
    if_match: str | None,
    user: User,
    database: Database,
    url_for: UrlFor,
) -> Answer:
    """Update a list."""
    _refuse_unknown_zone(body)
    changes, read_only = split_body(body, READ_ONLY)
    with Precondition(if_match) as versions, database.transaction() as db:
        old, new = storage.update_list(db, user.id, list_id, changes, versions=versions)
        refuse_other_values(read_only, represent_list(old, user, url_for))
    answer = {"list": represent_list(new, user, url_for)}
    return Reply(answer, 200, {"ETag": entity_tag(new.version)})


def delete_list(
    list_id: int, if_match: str | None, user: User, database: Database, sweeper: Sweeper
) -> Answer:
    """Delete a list."""
    if list_id == user.list_id:
        raise Problem(403, OWN_LIST_STAYS, code="own_list")
    with Precondition(if_match) as versions, database.transaction() as db:
        storage.delete_list(db, user.id, list_id, versions=versions)
    return Reply({"result": True}, then=sweeper.wake)


OWN_LIST_STAYS = (
    "This is your own list, which stays as long as your account: delete its tasks instead."
)


def _refuse_unknown_zone(body: dict[str, Any]) -> None:
    if "time_zone" in body and not times.is_time_zone(body["time_zone"]):
        sentence = "There is no such time zone: name one of the IANA database, as Europe/Berlin."
        raise bad_body([("/time_zone", Sentence("no_option", sentence))])


def represent_list(row: ListRow, user: User, url_for: UrlFor) -> dict[str, Any]:
    """Return a list as this user sees it."""
    return {
        "id": row.id,
        "uri": url_for("get_list", list_id=row.id),
        "tasks_uri": url_for("get_tasks", list_id=row.id),
        "name": row.name,
        "role": row.role,
        "is_own": row.id == user.list_id,
        "time_zone": row.time_zone,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
