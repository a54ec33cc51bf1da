"""A session with the client from openapi-python-client. Argument: the base URL."""

import sys
from base64 import b64encode
from datetime import timedelta, timezone
from http import HTTPStatus
from io import BytesIO

from to_do_list_client import AuthenticatedClient, Client
from to_do_list_client.api.batch import run_batch
from to_do_list_client.api.changes import get_changes
from to_do_list_client.api.lists import create_list, delete_list
from to_do_list_client.api.sharing import (
    create_invitation,
    look_at_invitation,
    redeem_invitation,
)
from to_do_list_client.api.tasks import (
    create_task,
    delete_task,
    get_task,
    get_tasks,
    patch_task,
    update_task,
)
from to_do_list_client.api.tokens import create_token, delete_token, get_tokens
from to_do_list_client.api.transfer import export_tasks, import_tasks
from to_do_list_client.api.users import create_user
from to_do_list_client.models import (
    Batch,
    BatchOperation,
    BatchResults,
    ChangeList,
    CreatedInvitationEnvelope,
    CreatedTokenEnvelope,
    ErrorBody,
    ExportFormat,
    ImportResult,
    InvitationToCreate,
    InvitationToRedeem,
    InvitedRole,
    ListToCreate,
    OfferedInvitationEnvelope,
    Outcome,
    RepeatFrom,
    Task,
    TaskChanges,
    TaskDeletion,
    TaskEnvelope,
    TaskList,
    TaskPatch,
    TaskRepeatType0,
    TaskSort,
    TaskToCreate,
    TaskUpdate,
    TodoListEnvelope,
    TokenList,
    TokenScope,
    TokenToCreate,
    UserEnvelope,
    UserToCreate,
)
from to_do_list_client.types import UNSET, File

USERNAME, PASSWORD = "susan", "Pizza is not a fruit!"


def main(base_url: str) -> None:
    """Register, keep a list, and be refused."""
    anonymous = Client(base_url)
    susan = AuthenticatedClient(base_url, credentials_of(USERNAME, PASSWORD), prefix="Basic")

    # Register.
    newcomer = UserToCreate(USERNAME, PASSWORD, email="susan@example.com")
    registered = create_user.sync(client=anonymous, body=newcomer)
    assert isinstance(registered, UserEnvelope)
    assert registered.user.email == "susan@example.com"

    # Create, list, get.
    created = create_task.sync(client=susan, body=TaskToCreate("Read a book"))
    assert isinstance(created, TaskEnvelope)
    assert (created.task.description, created.task.done) == ("", False)
    listed = get_tasks.sync(client=susan)
    assert isinstance(listed, TaskList)
    assert listed.tasks == [created.task]
    got = get_task.sync(created.task.id, client=susan)
    assert got == created

    # Update.
    changes = TaskChanges(description="Any book. 📖", done=True)
    updated = update_task.sync(created.task.id, client=susan, body=changes)
    assert isinstance(updated, TaskEnvelope)
    assert (updated.task.title, updated.task.done) == ("Read a book", True)

    # The same again, done once; many at once.
    page = TaskToCreate("Read a page", priority=2)
    first, again = (
        create_task.sync(client=susan, body=page, idempotency_key="page-1") for _ in range(2)
    )
    assert isinstance(first, TaskEnvelope)
    assert first == again
    operations = [
        BatchOperation(create=TaskToCreate("Read on")),
        BatchOperation(update=TaskUpdate(first.task.id, done=True)),
        BatchOperation(delete=TaskDeletion(first.task.id)),
    ]
    done = run_batch.sync(client=susan, body=Batch(operations))
    assert isinstance(done, BatchResults)
    read_on, finished, deleted_page = done.results
    assert isinstance(read_on.task, Task)
    assert isinstance(finished.task, Task)
    assert (read_on.task.title, finished.task.done) == ("Read on", True)
    assert deleted_page.result

    overwrite(susan, page_by_page(susan))
    patch_and_follow(susan, created.task.id)
    find_and_send_back(susan)
    back_up_and_restore(susan)

    be_refused(anonymous, newcomer)
    use_a_token(base_url, susan)
    share_a_list(base_url, susan)

    # Delete.
    deleted = delete_task.sync(created.task.id, client=susan)
    assert deleted == Outcome(result=True)
    gone = get_task.sync(created.task.id, client=susan)
    assert isinstance(gone, ErrorBody)
    assert gone.code == "not_found"

    # The wrong password.
    stranger = AuthenticatedClient(base_url, credentials_of(USERNAME, "It is!"), prefix="Basic")
    refused = get_tasks.sync(client=stranger)
    assert isinstance(refused, ErrorBody)
    assert refused.code == "unauthorized"


def page_by_page(susan: AuthenticatedClient) -> Task:
    """Read two tasks, a page each; return the second."""
    newest_first = TaskSort.ID_DESCENDING
    first = get_tasks.sync(client=susan, limit=1, sort=newest_first)
    assert isinstance(first, TaskList)
    assert [task.title for task in first.tasks] == ["Read on"]
    rest = get_tasks.sync(client=susan, limit=1, sort=newest_first, cursor=first.next_cursor)
    assert isinstance(rest, TaskList)
    assert rest.next_cursor is UNSET
    [task] = rest.tasks
    return task


def overwrite(susan: AuthenticatedClient, task: Task) -> None:
    """Change a task only if it is as it was read."""
    seen = get_task.sync_detailed(task.id, client=susan).headers["ETag"]
    undo = TaskChanges(done=False)
    undone = update_task.sync(task.id, client=susan, body=undo, if_match=seen)
    assert isinstance(undone, TaskEnvelope)
    assert (task.done, undone.task.done) == (True, False)
    stale = update_task.sync_detailed(task.id, client=susan, body=undo, if_match=seen)
    assert stale.status_code == HTTPStatus.PRECONDITION_FAILED
    assert isinstance(stale.parsed, ErrorBody)
    assert stale.parsed.error == "Precondition failed"


def patch_and_follow(susan: AuthenticatedClient, task_id: int) -> None:
    """Patch a task, and find the change among the list's changes."""
    before = get_changes.sync(client=susan)
    assert isinstance(before, ChangeList)
    patched = patch_task.sync(task_id, client=susan, body=TaskPatch(description=None, priority=3))
    assert isinstance(patched, TaskEnvelope)
    assert (patched.task.description, patched.task.priority) == ("", 3)
    after = get_changes.sync(client=susan, since=before.next_)
    assert isinstance(after, ChangeList)
    assert [change.task for change in after.changes] == [patched.task]


def find_and_send_back(susan: AuthenticatedClient) -> None:
    """Find a task by its label and by its time, and send it back whole with a change."""
    bread = create_task.sync(client=susan, body=TaskToCreate("Buy bread", labels=["shop", "home"]))
    assert isinstance(bread, TaskEnvelope)
    since = bread.task.updated_at.astimezone(timezone(timedelta(hours=5, minutes=45)))
    found = get_tasks.sync(client=susan, label=["home", "shop"], updated_since=since)
    assert isinstance(found, TaskList)
    assert found.tasks == [bread.task]
    back = TaskChanges.from_dict(bread.task.to_dict())
    back.done = True
    sent = update_task.sync(bread.task.id, client=susan, body=back)
    assert isinstance(sent, TaskEnvelope)
    assert (sent.task.done, sent.task.labels) == (True, bread.task.labels)


def back_up_and_restore(susan: AuthenticatedClient) -> None:
    """Export the list in each form, and import one of the files."""
    for form in ExportFormat:
        in_form = export_tasks.sync(client=susan, format_=form)
        assert isinstance(in_form, File)
        assert len(in_form.payload.read()) > 100
    exported = export_tasks.sync(client=susan)
    assert isinstance(exported, File)
    file = exported.payload.read()
    assert isinstance(file, bytes)
    lines = file.splitlines()
    assert b'"title":"Read a book"' in lines[0]
    imported = import_tasks.sync(client=susan, body=File(BytesIO(file)))
    assert imported == ImportResult(len(lines))


def be_refused(anonymous: Client, taken: UserToCreate) -> None:
    """Register under a name that is taken, and with a password that is refused."""
    conflict = create_user.sync_detailed(client=anonymous, body=taken)
    assert conflict.status_code == HTTPStatus.CONFLICT
    assert isinstance(conflict.parsed, ErrorBody)
    assert conflict.parsed.error == "Conflict"

    common = UserToCreate("somebody", "password123")
    bad = create_user.sync_detailed(client=anonymous, body=common)
    assert bad.status_code == HTTPStatus.BAD_REQUEST
    assert isinstance(bad.parsed, ErrorBody)
    assert bad.parsed.errors
    assert bad.parsed.errors[0].pointer == "/password"


def use_a_token(base_url: str, susan: AuthenticatedClient) -> None:
    """Let a program read by a token, and by nothing else; then revoke it."""
    body = TokenToCreate("Phone", TokenScope.READ, expires_in_days=1)
    created = create_token.sync(client=susan, body=body)
    assert isinstance(created, CreatedTokenEnvelope)
    phone = AuthenticatedClient(base_url, created.token.secret)
    assert isinstance(get_tasks.sync(client=phone), TaskList)
    refused = create_task.sync(client=phone, body=TaskToCreate("Read more"))
    assert isinstance(refused, ErrorBody)
    assert refused.code == "insufficient_scope"
    listed = get_tokens.sync(client=susan)
    assert isinstance(listed, TokenList)
    assert [token.name for token in listed.tokens] == ["Phone"]
    assert delete_token.sync(created.token.id, client=susan) == Outcome(result=True)
    gone = get_tasks.sync(client=phone)
    assert isinstance(gone, ErrorBody)
    assert gone.code == "unauthorized"


def share_a_list(base_url: str, susan: AuthenticatedClient) -> None:
    """Invite somebody to a list, and do a task in it that comes again."""
    newcomer = UserToCreate("tom", PASSWORD + "!")
    create_user.sync(client=Client(base_url), body=newcomer)
    tom = AuthenticatedClient(base_url, credentials_of("tom", PASSWORD + "!"), prefix="Basic")

    garden = create_list.sync(client=susan, body=ListToCreate("Garden", time_zone="Europe/Berlin"))
    assert isinstance(garden, TodoListEnvelope)
    list_id = garden.list_.id
    asked = InvitationToCreate(InvitedRole.INVITED_VIEWER, expires_in_days=1)
    created = create_invitation.sync(list_id, client=susan, body=asked)
    assert isinstance(created, CreatedInvitationEnvelope)
    code = InvitationToRedeem(created.invitation.code)
    offered = look_at_invitation.sync(client=tom, body=code)
    assert isinstance(offered, OfferedInvitationEnvelope)
    assert (offered.invitation.list_name, offered.invitation.owner) == ("Garden", "susan")
    joined = redeem_invitation.sync(client=tom, body=code)
    assert isinstance(joined, TodoListEnvelope)
    assert (joined.list_.id, joined.list_.role, joined.list_.is_own) == (list_id, "viewer", False)

    weekly = TaskRepeatType0("FREQ=WEEKLY;BYDAY=FR", RepeatFrom.FROM_DUE)
    given = TaskToCreate(
        "Water the plants", list_id=list_id, due="2030-11-29", assigned_to="tom", repeat=weekly
    )
    task = create_task.sync(client=susan, body=given)
    assert isinstance(task, TaskEnvelope)
    assert task.task.repeat == weekly
    done = update_task.sync(task.task.id, client=susan, body=TaskChanges(done=True))
    assert isinstance(done, TaskEnvelope)
    assert isinstance(done.task.next_id, int)
    following = get_task.sync(done.task.next_id, client=tom)
    assert isinstance(following, TaskEnvelope)
    assert (following.task.due, following.task.previous_id) == ("2030-12-06", task.task.id)
    both = get_tasks.sync(client=tom, list_id=[list_id], assigned_to="tom")
    assert isinstance(both, TaskList)
    assert both.tasks == [done.task, following.task]
    refused = update_task.sync(task.task.id, client=tom, body=TaskChanges(done=False))
    assert isinstance(refused, ErrorBody)
    assert refused.code == "role_too_low"
    assert delete_list.sync(list_id, client=susan) == Outcome(result=True)
    gone = get_task.sync(task.task.id, client=tom)
    assert isinstance(gone, ErrorBody)
    assert gone.code == "not_found"


def credentials_of(username: str, password: str) -> str:
    """Return a Basic credential (RFC 7617)."""
    return b64encode(f"{username}:{password}".encode()).decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
