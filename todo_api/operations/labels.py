"""The labels of a user's tasks: the handlers of the tag ``labels``."""

from typing import Any

from todo_api import storage
from todo_api.contract import Answer, Reply, UrlFor, is_known
from todo_api.identity import User
from todo_api.rest import (
    Cursors,
    Once,
    cache_headers,
    entity_tag_of_lists,
    next_link,
    not_modified,
)
from todo_api.storage import EDITOR, VIEWER, Connection, Database, Label, Quotas, require


def get_labels(
    limit: int,
    cursor: str | None,
    if_none_match: str | None,
    user: User,
    database: Database,
    cursors: Cursors,
    url_for: UrlFor,
    **filters: list[int] | None,
) -> Answer:
    """List your labels."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    purpose = ("get_labels", user.id, chosen)
    after = None if cursor is None else cursors.open(cursor, *purpose)
    with database.snapshot() as db:
        states = storage.select_states(db, user.id, chosen.get("list_id"))
        etag = entity_tag_of_lists(states, purpose, limit, cursor)
        if is_known(etag, if_none_match):
            return not_modified(etag)
        labels = storage.select_labels(db, *storage.ids_of(states), after=after, limit=limit)
    found = [_represent(label, chosen, url_for) for label in labels.found]
    answer: dict[str, Any] = {"labels": found}
    headers = cache_headers(etag)
    if labels.more:
        following = answer["next_cursor"] = cursors.seal(labels.found[-1].name, *purpose)
        headers |= next_link(url_for("get_labels", **chosen, limit=limit, cursor=following))
    return Reply(answer, 200, headers)


def rename_label(
    body: dict[str, Any],
    list_id: list[int] | None,
    idempotency_key: str | None,
    user: User,
    once: Once,
    quotas: Quotas,
) -> Answer:
    """Rename a label."""

    def hold(db: Connection) -> list[int]:
        """Return the lists that are named, or else those that the user may change."""
        if list_id is None:
            named = storage.ids_of(storage.select_states(db, user.id))
            roles = storage.hold_lists(db, user, named)
            return [one for one, role in roles.items() if role != VIEWER]
        roles = storage.hold_lists(db, user, list_id)
        for role in roles.values():
            require(role, EDITOR)
        return [*roles]

    def admit(db: Connection) -> Reply | None:
        nothing = list_id is not None and not hold(db)
        return Reply({"renamed": 0, "more": False}) if nothing else None

    def rename(db: Connection) -> Reply:
        lists = hold(db)
        renamed = storage.rename_label(db, lists, body["name"], body["new_name"], quotas=quotas)
        return Reply({"renamed": renamed.tasks, "more": renamed.more})

    return once(idempotency_key, user.id, ("rename_label", body, list_id), rename, admit=admit)


def _represent(label: Label, chosen: dict[str, Any], url_for: UrlFor) -> dict[str, Any]:
    return {
        "name": label.name,
        "tasks": label.tasks,
        "tasks_uri": url_for("get_tasks", label=[label.name], **chosen),
    }
