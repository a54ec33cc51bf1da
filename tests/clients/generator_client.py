"""A session with the Python client from openapi-generator. Argument: the base URL."""

import sys
from collections.abc import Callable
from datetime import timedelta, timezone

from openapi_client import (
    ApiClient,
    ApiException,
    Batch,
    BatchApi,
    BatchOperation,
    ChangesApi,
    Configuration,
    ErrorBody,
    ExportFormat,
    InvitationToCreate,
    InvitationToRedeem,
    InvitedRole,
    ListsApi,
    ListToCreate,
    RepeatFrom,
    SharingApi,
    Task,
    TaskChanges,
    TaskDeletion,
    TaskPatch,
    TaskRepeat,
    TasksApi,
    TaskSort,
    TaskToCreate,
    TaskUpdate,
    TokensApi,
    TokenScope,
    TokenToCreate,
    TransferApi,
    UsersApi,
    UserToCreate,
)
from openapi_client.exceptions import (
    BadRequestException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
)

USERNAME, PASSWORD = "susan", "Pizza is not a fruit!"


def main(base_url: str) -> None:
    """Register, keep a list, and be refused."""
    anonymous = ApiClient(Configuration(base_url))
    susan = ApiClient(Configuration(base_url, username=USERNAME, password=PASSWORD))
    users, tasks = UsersApi(anonymous), TasksApi(susan)

    # Register.
    newcomer = UserToCreate(username=USERNAME, password=PASSWORD, email="susan@example.com")
    registered = users.create_user(newcomer)
    assert registered.user.email == "susan@example.com"

    # Create, list, get.
    created = tasks.create_task(TaskToCreate(title="Read a book"))
    assert (created.task.description, created.task.done) == ("", False)
    listed = tasks.get_tasks()
    assert listed.tasks == [created.task]
    got = tasks.get_task(created.task.id)
    assert got == created

    # Update.
    changes = TaskChanges(description="Any book. 📖", done=True)
    updated = tasks.update_task(created.task.id, changes)
    assert (updated.task.title, updated.task.done) == ("Read a book", True)

    # The same again, done once; many at once.
    page = TaskToCreate(title="Read a page", priority=2)
    first, again = (tasks.create_task(page, idempotency_key="page-1") for _ in range(2))
    assert first == again
    operations = [
        BatchOperation(create=TaskToCreate(title="Read on")),
        BatchOperation(update=TaskUpdate(id=first.task.id, done=True)),
        BatchOperation(delete=TaskDeletion(id=first.task.id)),
    ]
    done = BatchApi(susan).run_batch(Batch(operations=operations)).results
    assert done[0].task
    assert done[1].task
    assert (done[0].task.title, done[1].task.done, done[2].result) == ("Read on", True, True)

    overwrite(tasks, page_by_page(tasks))
    patch_and_follow(susan, created.task.id)
    find_and_send_back(tasks)
    back_up_and_restore(susan)
    use_a_token(base_url, susan)
    share_a_list(base_url, susan)

    # Conflict.
    taken = error_of(ConflictException, lambda: users.create_user(newcomer))
    assert taken.error == "Conflict"

    # A fault, with its place.
    common = UserToCreate(username="somebody", password="password123")
    bad = error_of(BadRequestException, lambda: users.create_user(common))
    assert bad.errors
    assert bad.errors[0].pointer == "/password"

    # Delete.
    deleted = tasks.delete_task(created.task.id)
    assert deleted.result
    gone = error_of(NotFoundException, lambda: tasks.get_task(created.task.id))
    assert gone.code == "not_found"

    # The wrong password.
    stranger = ApiClient(Configuration(base_url, username=USERNAME, password="It is!"))
    refused = error_of(UnauthorizedException, TasksApi(stranger).get_tasks)
    assert refused.code == "unauthorized"


def page_by_page(tasks: TasksApi) -> Task:
    """Read two tasks, a page each; return the second."""
    newest_first = TaskSort.ID_DESCENDING
    first = tasks.get_tasks(limit=1, sort=newest_first)
    assert [task.title for task in first.tasks] == ["Read on"]
    rest = tasks.get_tasks(limit=1, sort=newest_first, cursor=first.next_cursor)
    assert rest.next_cursor is None
    [task] = rest.tasks
    return task


def overwrite(tasks: TasksApi, task: Task) -> None:
    """Change a task only if it is as it was read."""
    seen = (tasks.get_task_with_http_info(task.id).headers or {})["etag"]
    undo = TaskChanges(done=False)
    undone = tasks.update_task(task.id, undo, if_match=seen)
    assert (task.done, undone.task.done) == (True, False)
    stale = error_of(ApiException, lambda: tasks.update_task(task.id, undo, if_match=seen))
    assert stale.error == "Precondition failed"


def patch_and_follow(susan: ApiClient, task_id: int) -> None:
    """Patch a task, and find the change among the list's changes."""
    changes = ChangesApi(susan)
    before = changes.get_changes()
    patched = TasksApi(susan).patch_task(task_id, TaskPatch(description=None, priority=3))
    assert (patched.task.description, patched.task.priority) == ("", 3)
    after = changes.get_changes(since=before.next)
    assert [change.task for change in after.changes] == [patched.task]


def find_and_send_back(tasks: TasksApi) -> None:
    """Find a task by its label and by its time, and send it back whole with a change."""
    bread = tasks.create_task(TaskToCreate(title="Buy bread", labels=["shop", "home"])).task
    since = bread.updated_at.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert tasks.get_tasks(label=["home", "shop"], updated_since=since).tasks == [bread]
    back = TaskChanges.from_json(bread.to_json())
    assert back
    back.done = True
    sent = tasks.update_task(bread.id, back).task
    assert (sent.done, sent.labels) == (True, bread.labels)


def back_up_and_restore(susan: ApiClient) -> None:
    """Export the list in each form, and import one of the files."""
    transfer = TransferApi(susan)
    for form in ExportFormat:
        assert len(transfer.export_tasks(format=form)) > 100
    file = transfer.export_tasks()
    lines = file.splitlines()
    assert b'"title":"Read a book"' in lines[0]
    assert transfer.import_tasks(file).imported == len(lines)


def use_a_token(base_url: str, susan: ApiClient) -> None:
    """Let a program read by a token, and by nothing else; then revoke it."""
    tokens = TokensApi(susan)
    body = TokenToCreate(name="Phone", scope=TokenScope.READ, expires_in_days=1)
    created = tokens.create_token(body).token
    phone = TasksApi(ApiClient(Configuration(base_url, access_token=created.secret)))
    assert phone.get_tasks().tasks
    more = TaskToCreate(title="Read more")
    refused = error_of(ForbiddenException, lambda: phone.create_task(more))
    assert refused.detail == "This needs credentials of the scope write."
    assert [token.name for token in tokens.get_tokens().tokens] == ["Phone"]
    assert tokens.delete_token(created.id).result
    gone = error_of(UnauthorizedException, phone.get_tasks)
    assert gone.code == "unauthorized"


def share_a_list(base_url: str, susan: ApiClient) -> None:
    """Invite somebody to a list, and do a task in it that comes again."""
    newcomer = UserToCreate(username="tom", password=PASSWORD + "!")
    UsersApi(ApiClient(Configuration(base_url))).create_user(newcomer)
    tom = ApiClient(Configuration(base_url, username="tom", password=PASSWORD + "!"))

    garden = ListsApi(susan).create_list(ListToCreate(name="Garden", time_zone="Europe/Berlin"))
    list_id = garden.list.id
    asked = InvitationToCreate(role=InvitedRole.INVITED_VIEWER, expires_in_days=1)
    code = SharingApi(susan).create_invitation(list_id, asked).invitation.code
    joined = SharingApi(tom).redeem_invitation(InvitationToRedeem(code=code)).list
    assert (joined.id, joined.role, joined.is_own) == (list_id, "viewer", False)
    members = SharingApi(tom).get_members(list_id).members
    assert {member.username: member.role for member in members} == {
        "susan": "owner",
        "tom": "viewer",
    }

    weekly = TaskRepeat.model_validate(
        {"rule": "FREQ=WEEKLY;BYDAY=FR", "from": RepeatFrom.FROM_DUE}
    )
    given = TaskToCreate(
        title="Water the plants",
        list_id=list_id,
        due="2030-11-29",
        assigned_to="tom",
        repeat=weekly,
    )
    task = TasksApi(susan).create_task(given).task
    assert task.repeat == weekly
    done = TasksApi(susan).update_task(task.id, TaskChanges(done=True)).task
    assert done.next_id
    following = TasksApi(tom).get_task(done.next_id).task
    assert (following.due, following.previous_id) == ("2030-12-06", task.id)
    assert TasksApi(tom).get_tasks(list_id=[list_id], assigned_to="tom").tasks == [done, following]
    refused = error_of(
        ForbiddenException, lambda: TasksApi(tom).update_task(task.id, TaskChanges(done=False))
    )
    assert refused.code == "role_too_low"
    assert ListsApi(susan).delete_list(list_id).result
    gone = error_of(NotFoundException, lambda: TasksApi(tom).get_task(task.id))
    assert gone.code == "not_found"


def error_of(expected: type[ApiException], call: Callable[[], object]) -> ErrorBody:
    """Return the error that answered a refused call."""
    try:
        call()
    except expected as refusal:
        error = refusal.data
    else:
        raise AssertionError("The call was not refused.")
    assert isinstance(error, ErrorBody)
    return error


if __name__ == "__main__":
    main(*sys.argv[1:])
