"""What a user of the Python client does that openapi-generator writes: argument, the base URL."""

import sys
from collections.abc import Callable

from openapi_client import (
    ApiClient,
    ApiException,
    Batch,
    BatchApi,
    BatchOperation,
    Configuration,
    Error,
    NewTask,
    NewUser,
    TaskChanges,
    TaskDeletion,
    TasksApi,
    TaskSort,
    TaskUpdate,
    UsersApi,
)
from openapi_client.exceptions import (
    BadRequestException,
    ConflictException,
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
    newcomer = NewUser(username=USERNAME, password=PASSWORD, email="susan@example.com")
    registered = users.create_user(newcomer)
    assert registered.user.email == "susan@example.com"

    # Create, list, get.
    created = tasks.create_task(NewTask(title="Read a book"))
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
    page = NewTask(title="Read a page", priority=2)
    first, again = (tasks.create_task(page, idempotency_key="page-1") for _ in range(2))
    assert first == again
    operations = [
        BatchOperation(create=NewTask(title="Read on")),
        BatchOperation(update=TaskUpdate(id=first.task.id, done=True)),
        BatchOperation(delete=TaskDeletion(id=first.task.id)),
    ]
    done = BatchApi(susan).run_batch(Batch(operations=operations)).results
    assert done[0].task
    assert done[1].task
    assert (done[0].task.title, done[1].task.done, done[2].result) == ("Read on", True, True)

    # Page by page.
    page_of_one = tasks.get_tasks(limit=1, sort=TaskSort.ID_DESCENDING)
    assert page_of_one.tasks == [done[0].task]
    rest = tasks.get_tasks(limit=1, sort=TaskSort.ID_DESCENDING, cursor=page_of_one.next_cursor)
    assert (rest.tasks, rest.next_cursor) == ([updated.task], None)

    # Overwrite only what was seen.
    headers = tasks.get_task_with_http_info(created.task.id).headers or {}
    seen = headers["etag"]
    undo = TaskChanges(done=False)
    undone = tasks.update_task(created.task.id, undo, if_match=seen)
    assert not undone.task.done
    stale = error_of(
        ApiException,
        lambda: tasks.update_task(created.task.id, undo, if_match=seen),
    )
    assert stale.error == "Precondition failed"

    # Conflict.
    taken = error_of(ConflictException, lambda: users.create_user(newcomer))
    assert taken.error == "Conflict"

    # A fault, with its place.
    common = NewUser(username="somebody", password="password123")
    bad = error_of(BadRequestException, lambda: users.create_user(common))
    assert bad.errors
    assert bad.errors[0].pointer == "/password"

    # Delete.
    deleted = tasks.delete_task(created.task.id)
    assert deleted.result
    gone = error_of(NotFoundException, lambda: tasks.get_task(created.task.id))
    assert gone == Error(error="Not found")

    # The wrong password.
    stranger = ApiClient(Configuration(base_url, username=USERNAME, password="It is!"))
    refused = error_of(UnauthorizedException, TasksApi(stranger).get_tasks)
    assert refused == Error(error="Unauthorized access")


def error_of(expected: type[ApiException], call: Callable[[], object]) -> Error:
    """Return the error that a refused call was answered with."""
    try:
        call()
    except expected as refusal:
        error = refusal.data
    else:
        raise AssertionError("The call was not refused.")
    assert isinstance(error, Error)
    return error


if __name__ == "__main__":
    main(*sys.argv[1:])
