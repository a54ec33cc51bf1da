"""A user's tasks: the handlers of the tag ``tasks``."""

from typing import Any

from todo_api import storage, times
from todo_api.contract import Answer, Problem, Reply, UrlFor, is_known
from todo_api.identity import User
from todo_api.operations import moves
from todo_api.operations.representation import (
    assign,
    names_in,
    no_such_list,
    refuse_other_values,
    represent_task,
    split_body,
    with_rule,
)
from todo_api.rest import (
    Cursors,
    Once,
    Precondition,
    cache_headers,
    entity_tag,
    entity_tag_of_lists,
    next_link,
    not_modified,
)
from todo_api.settings import Settings
from todo_api.storage import (
    EDITOR,
    Connection,
    Database,
    ListMissingError,
    Position,
    Quotas,
    find_list,
    hold_list,
    list_of,
    require,
    select_page,
)


def get_tasks(
    limit: int,
    sort: str,
    cursor: str | None,
    if_none_match: str | None,
    user: User,
    database: Database,
    cursors: Cursors,
    url_for: UrlFor,
    **filters: Any,  # noqa: ANN401 - each of the type that the document says
) -> Answer:
    """List your tasks."""
    asked = {name: value for name, value in filters.items() if value is not None}
    filters = {name: value for name, value in asked.items() if name != "list_id"}
    purpose = ("get_tasks", user.id, sort, asked)
    after = None if cursor is None else Position(*cursors.open(cursor, *purpose))
    with database.snapshot() as db:
        states = storage.select_states(db, user.id, asked.get("list_id"))
        # Tasks become overdue without being changed, so no copy of such a list is known current.
        moment = times.now() if "overdue" in filters else None
        etag = entity_tag_of_lists(states, purpose, limit, cursor, moment)
        if is_known(etag, if_none_match):
            return not_modified(etag)
        filled = [state for state in states if state.tasks]
        page = select_page(db, *filled, filters=filters, sort=sort, after=after, limit=limit)
        names = names_in(db, user, page.tasks)
    answer: dict[str, Any] = {
        "tasks": [represent_task(task, names, url_for) for task in page.tasks]
    }
    headers = cache_headers(etag)
    if page.last is not None:
        following = answer["next_cursor"] = cursors.seal(list(page.last), *purpose)
        arguments = {"sort": sort, **asked, "limit": limit, "cursor": following}
        headers |= next_link(url_for("get_tasks", **arguments))
    return Reply(answer, 200, headers)


def create_task(
    body: dict[str, Any],
    idempotency_key: str | None,
    user: User,
    once: Once,
    quotas: Quotas,
    url_for: UrlFor,
) -> Answer:
    """Create a task."""
    given = with_rule({name: value for name, value in body.items() if name != "list_id"})

    def hold(db: Connection) -> int:
        try:
            return hold_list(db, user, body.get("list_id"))
        except ListMissingError:
            raise no_such_list(pointer="/list_id") from None

    def create(db: Connection) -> Reply:
        list_id = hold(db)
        columns = assign(db, user, list_id, given)
        row = storage.insert_task(db, list_id, columns, by=user.id, quotas=quotas)
        task = represent_task(row, names_in(db, user, [row]), url_for)
        headers = {"Location": task["uri"], "ETag": entity_tag(row.version)}
        return Reply({"task": task}, 201, headers)

    return once(idempotency_key, user.id, ("create_task", body), create, admit=hold)


def get_task(
    task_id: int, if_none_match: str | None, user: User, database: Database, url_for: UrlFor
) -> Answer:
    """Get a task."""
    with database.snapshot() as db:
        task = storage.select_task(db, find_list(db, user, list_of(task_id)), task_id)
        if task is None:
            raise Problem(404)
        names = names_in(db, user, [task])
    etag = entity_tag(task.version)
    if is_known(etag, if_none_match):
        return not_modified(etag)
    return Reply({"task": represent_task(task, names, url_for)}, 200, cache_headers(etag))


def update_task(
    task_id: int,
    body: dict[str, Any],
    if_match: str | None,
    user: User,
    database: Database,
    quotas: Quotas,
    url_for: UrlFor,
) -> Answer:
    """Update a task."""
    changes, read_only = split_body(with_rule(body))
    with Precondition(if_match) as versions, database.transaction() as db:
        list_id = hold_list(db, user, list_of(task_id))
        columns = assign(db, user, list_id, changes, task_id)
        old, new = storage.update_task(
            db, list_id, task_id, columns, by=user.id, versions=versions, quotas=quotas
        )
        names = names_in(db, user, (old, new))
        if read_only:
            refuse_other_values(read_only, represent_task(old, names, url_for))
    task = represent_task(new, names, url_for)
    return Reply({"task": task}, 200, {"ETag": entity_tag(new.version)})


def patch_task(
    task_id: int,
    body: dict[str, Any],
    if_match: str | None,
    user: User,
    database: Database,
    quotas: Quotas,
    url_for: UrlFor,
) -> Answer:
    """Patch a task."""
    changes = {
        name: storage.DEFAULTS.get(name) if value is None else value for name, value in body.items()
    }
    return update_task(task_id, changes, if_match, user, database, quotas, url_for)


def delete_task(
    task_id: int,
    if_match: str | None,
    user: User,
    database: Database,
    settings: Settings,
    quotas: Quotas,
) -> Answer:
    """Delete a task."""
    with Precondition(if_match) as versions, database.transaction() as db:
        storage.delete_task(
            db,
            hold_list(db, user, list_of(task_id)),
            task_id,
            versions=versions,
            forget_before=settings.deletions_kept,
            quotas=quotas,
        )
    return {"result": True}


def move_task(
    task_id: int,
    body: dict[str, Any],
    if_match: str | None,
    idempotency_key: str | None,
    user: User,
    once: Once,
    quotas: Quotas,
    url_for: UrlFor,
) -> Answer:
    """Move a task."""
    here, into = list_of(task_id), moves.list_to_move_to(task_id, body)

    def hold(db: Connection) -> None:
        """See to the roles, in both lists if there are two."""
        roles = storage.hold_lists(db, user, {here, into})
        if here not in roles:
            raise ListMissingError
        if into not in roles:
            raise no_such_list(pointer="/list_id")
        for role in roles.values():
            require(role, EDITOR)

    def move(db: Connection) -> Reply:
        hold(db)
        with Precondition(if_match) as versions:
            row = moves.move_task(db, task_id, body, versions=versions, quotas=quotas)
        task = represent_task(row, names_in(db, user, [row]), url_for)
        headers = {"ETag": entity_tag(row.version)}
        if row.id == task_id:
            return Reply({"task": task}, 200, headers)
        return Reply({"task": task}, 201, {"Location": task["uri"], **headers})

    asked = ("move_task", task_id, body, if_match)
    return once(idempotency_key, user.id, asked, move, admit=hold)
