"""A user's deleted tasks: the handlers of the tag ``trash``."""

from contextlib import suppress
from functools import partial
from typing import Any

from todo_api import storage, times
from todo_api.contract import Answer, Reply, UrlFor, is_known
from todo_api.identity import User
from todo_api.operations.representation import Names, names_in, represent_task
from todo_api.rest import (
    Cursors,
    Once,
    cache_headers,
    entity_tag,
    entity_tag_of_lists,
    next_link,
    not_modified,
)
from todo_api.settings import Settings
from todo_api.storage import (
    OWNER,
    Connection,
    Database,
    ListMissingError,
    Quotas,
    RoleTooLowError,
    Trashed,
    TrashState,
    hold_list,
    require,
)


def get_trash(
    limit: int,
    cursor: str | None,
    if_none_match: str | None,
    user: User,
    database: Database,
    cursors: Cursors,
    settings: Settings,
    url_for: UrlFor,
    **filters: list[int] | None,
) -> Answer:
    """List your deleted tasks."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    purpose = ("get_trash", user.id, chosen)
    after = None if cursor is None else cursors.open(cursor, *purpose)
    before = times.ago(settings.deletions_kept)
    with database.snapshot() as db:
        states = storage.select_trash_states(db, user.id, chosen.get("list_id"), before=before)
        amounts = [(state.tasks, state.oldest) for state in states]
        etag = entity_tag_of_lists(states, purpose, limit, cursor, amounts)
        if is_known(etag, if_none_match):
            return not_modified(etag)
        list_ids = [state.id for state in states if state.oldest is not None]
        page = storage.select_trash(db, *list_ids, before=before, after=after, limit=limit)
        names = names_in(db, user, (trashed.task for trashed in page.found))
    answer: dict[str, Any] = {
        "tasks": [_represent(trashed, names, url_for) for trashed in page.found]
    }
    headers = cache_headers(etag)
    if page.more:
        last = page.found[-1]
        following = answer["next_cursor"] = cursors.seal([last.deleted_at, last.task.id], *purpose)
        headers |= next_link(url_for("get_trash", **chosen, limit=limit, cursor=following))
    return Reply(answer, 200, headers)


def empty_trash(
    list_id: list[int] | None, user: User, database: Database, settings: Settings
) -> Answer:
    """Empty the trash."""
    with database.snapshot() as db:
        states = storage.select_trash_states(
            db, user.id, list_id, before=times.ago(settings.deletions_kept)
        )
    if list_id is not None:
        for state in states:
            require(state.role, OWNER)
    for state in states:
        if state.tasks and state.role == OWNER:
            # It may be gone in the meantime, or somebody else's.
            with suppress(ListMissingError, RoleTooLowError):
                while database.retrying(partial(_remove_piece, user, database, state)):
                    pass
    return {"result": True}


def restore_task(
    task_id: int,
    idempotency_key: str | None,
    user: User,
    once: Once,
    settings: Settings,
    quotas: Quotas,
    url_for: UrlFor,
) -> Answer:
    """Restore a deleted task."""

    def hold(db: Connection) -> int:
        return hold_list(db, user, storage.list_of(task_id))

    def restore(db: Connection) -> Reply:
        before = times.ago(settings.deletions_kept)
        task = storage.restore_task(db, hold(db), task_id, before=before, quotas=quotas)
        restored = represent_task(task, names_in(db, user, [task]), url_for)
        return Reply({"task": restored}, 200, {"ETag": entity_tag(task.version)})

    return once(idempotency_key, user.id, ("restore_task", task_id), restore, admit=hold)


def _remove_piece(user: User, database: Database, state: TrashState) -> int:
    with database.transaction() as db:
        list_id = hold_list(db, user, state.id, least=OWNER)
        return storage.remove_from_trash(db, list_id, until=state.version)


def _represent(trashed: Trashed, names: Names, url_for: UrlFor) -> dict[str, Any]:
    return {
        **represent_task(trashed.task, names, url_for),
        "deleted_at": trashed.deleted_at,
        "restore_uri": url_for("restore_task", task_id=trashed.task.id),
    }
