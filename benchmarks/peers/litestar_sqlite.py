"""Litestar with SQLite by hand, as little between them as its documentation allows.

- Bodies and answers are msgspec structs with constraints, which Litestar validates and encodes.
- Handlers are plain functions. "Sync vs. Async" has those that block run in threads
  (``sync_to_thread=True``): here the writers, which wait for the disk. A read by key is a few
  microseconds of work, and a change of threads costs more: it runs where it is.
- One connection reads, one writes behind a lock. Both are set up as the service's: the same
  driver, WAL, synchronous=FULL.
- Verified credentials are remembered, as the service remembers them.

It runs under uvicorn with its fast parts (uvloop, httptools) and without an access log.
"""

import asyncio
import base64
import json
import os
import secrets
import time
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Lock
from typing import Annotated, Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from litestar import Litestar, Request, Response, delete, get, post, put
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import Parameter
from msgspec import UNSET, Meta, Struct, UnsetType

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    from sqlite3 import dbapi2 as sqlite

REMEMBER_SECONDS = 300
TASKS = "/todo/api/v1.0/tasks"
COLUMNS = """id, list_id, parent_id, title, description, done, due, priority, labels,
    created_at, updated_at, completed_at, created_by, completed_by, assigned_to, repeat,
    previous_id, next_id, position"""


def connect() -> Any:
    path = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    connection = sqlite.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.row_factory = sqlite.Row
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


reading, writing = connect(), connect()
lock = Lock()

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Description = Annotated[str, Meta(max_length=10_000)]
TaskId = Annotated[int, Parameter(ge=1, le=2**53 - 1)]


class NewTask(Struct, forbid_unknown_fields=True):
    title: Title
    description: Description = ""
    done: bool = False


class TaskChanges(Struct, forbid_unknown_fields=True):
    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    done: bool | UnsetType = UNSET


class Repeat(Struct, rename={"from_": "from"}):
    rule: str
    from_: str


class PublicTask(Struct):
    id: int
    uri: str
    list_id: int
    parent_id: int | None
    title: str
    description: str
    done: bool
    due: str | None
    priority: int
    labels: list[str]
    created_at: str
    updated_at: str
    completed_at: str | None
    created_by: str | None
    completed_by: str | None
    assigned_to: str | None
    repeat: Repeat | None
    previous_id: int | None
    next_id: int | None
    position: str


class OneTask(Struct):
    task: PublicTask


class ManyTasks(Struct):
    tasks: list[PublicTask]


class Deleted(Struct):
    result: bool = True


hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
remembered: dict[bytes, tuple[str, float]] = {}
key = secrets.token_bytes(64)


class BasicAuthentication(AbstractAuthenticationMiddleware):
    async def authenticate_request(self, connection: ASGIConnection) -> AuthenticationResult:
        scheme, _, encoded = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            username, _, password = base64.b64decode(encoded).decode().partition(":")
            query = "SELECT id, username, list_id, password_hash FROM users WHERE username = ?"
            user = reading.execute(query, [username]).fetchone()
            if user is not None and await is_password(encoded, password, user["password_hash"]):
                return AuthenticationResult(user=user, auth=None)
        raise NotAuthorizedException(headers={"WWW-Authenticate": "Basic"})


async def is_password(encoded: str, password: str, password_hash: str) -> bool:
    digest = blake2b(encoded.encode(), key=key).digest()
    matched, expires = remembered.get(digest, ("", 0.0))
    if matched == password_hash and expires > time.monotonic():
        return True
    try:
        await asyncio.to_thread(hasher.verify, password_hash, password)
    except VerifyMismatchError:
        return False
    remembered[digest] = (password_hash, time.monotonic() + REMEMBER_SECONDS)
    return True


AppRequest = Request[Any, None, Any]


@get(TASKS, sync_to_thread=False)
def get_tasks(
    request: AppRequest, limit: Annotated[int, Parameter(ge=1, le=100)] = 50
) -> ManyTasks:
    query = f"SELECT {COLUMNS} FROM tasks WHERE list_id = ? ORDER BY id LIMIT ?"  # noqa: S608
    rows = reading.execute(query, [request.user["list_id"], limit])
    collection = collection_of(request)
    return ManyTasks([public(row, collection, request.user) for row in rows])


@get(TASKS + "/{task_id:int}", sync_to_thread=False)
def get_task(request: AppRequest, task_id: TaskId) -> OneTask:
    task = find_task(reading, request.user, task_id)
    return OneTask(public(task, collection_of(request), request.user))


@post(TASKS, sync_to_thread=True)
def create_task(request: AppRequest, data: NewTask) -> Response[OneTask]:
    insert = f"""
        INSERT INTO tasks (list_id, id, title, description, done, due, priority, labels,
            created_at, updated_at, completed_at, created_by, completed_by, position,
            change, title_key, due_key, words)
        VALUES (?, ?, ?, ?, ?, NULL, 0, '[]', ?, ?, ?, ?, ?, ?, ?, ?, NULL, '')
        RETURNING {COLUMNS}"""  # noqa: S608
    at = now()
    with lock, transaction():
        task_id, change = count_up(request.user, new_tasks=1)
        user_id = request.user["id"]
        values = [request.user["list_id"], task_id, data.title, data.description, data.done]
        values += [at, at, at if data.done else None, user_id, user_id if data.done else None]
        values += [position_of(task_id), change, data.title.casefold()]
        row = writing.execute(insert, values).fetchone()
    task = public(row, collection_of(request), request.user)
    return Response(OneTask(task), headers={"Location": task.uri})


@put(TASKS + "/{task_id:int}", sync_to_thread=True)
def update_task(request: AppRequest, task_id: TaskId, data: TaskChanges) -> OneTask:
    update = f"""
        UPDATE tasks SET title = ?, description = ?, done = ?, updated_at = ?, completed_at = ?,
            completed_by = ?, change = ?, title_key = ?
        WHERE list_id = ? AND id = ? RETURNING {COLUMNS}"""  # noqa: S608
    at = now()
    with lock, transaction():
        task = find_task(writing, request.user, task_id)
        changed = {**task, **msgspec.to_builtins(data)}
        completed_at = (task["completed_at"] or at) if changed["done"] else None
        completed_by = (task["completed_by"] or request.user["id"]) if changed["done"] else None
        _, change = count_up(request.user)
        values = [changed["title"], changed["description"], changed["done"], at, completed_at]
        values += [completed_by, change, changed["title"].casefold()]
        row = writing.execute(update, [*values, request.user["list_id"], task_id]).fetchone()
    return OneTask(public(row, collection_of(request), request.user))


@delete(TASKS + "/{task_id:int}", status_code=200, sync_to_thread=True)
def delete_task(request: AppRequest, task_id: TaskId) -> Deleted:
    with lock, transaction():
        find_task(writing, request.user, task_id)
        count_up(request.user)
        own = [request.user["list_id"], task_id]
        writing.execute("DELETE FROM tasks WHERE list_id = ? AND id = ?", own)
    return Deleted()


class transaction:  # noqa: N801 - read as a verb's object: `with transaction()`
    def __enter__(self) -> None:
        writing.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        writing.execute("COMMIT" if kind is None else "ROLLBACK")


def count_up(user: Any, new_tasks: int = 0) -> tuple[int, int]:
    update = """
        UPDATE lists SET last_task_id = last_task_id + ?, last_change = last_change + 1
        WHERE id = ? RETURNING last_task_id, last_change"""
    task_id, change = writing.execute(update, [new_tasks, user["list_id"]]).fetchone()
    return task_id, change


def find_task(connection: Any, user: Any, task_id: int) -> Any:
    query = f"SELECT {COLUMNS} FROM tasks WHERE list_id = ? AND id = ?"  # noqa: S608
    task = connection.execute(query, [user["list_id"], task_id]).fetchone()
    if task is None:
        raise NotFoundException
    return task


def public(row: Any, collection: str, user: Any) -> PublicTask:
    def name(user_id: int | None) -> str | None:
        return user["username"] if user_id == user["id"] else None  # nobody else has the list

    return PublicTask(
        id=row["id"],
        uri=f"{collection}/{row['id']}",
        list_id=row["list_id"],
        parent_id=row["parent_id"],
        title=row["title"],
        description=row["description"],
        done=bool(row["done"]),
        due=row["due"],
        priority=row["priority"],
        labels=json.loads(row["labels"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        completed_at=row["completed_at"],
        created_by=name(row["created_by"]),
        completed_by=name(row["completed_by"]),
        assigned_to=name(row["assigned_to"]),
        repeat=None if row["repeat"] is None else msgspec.json.decode(row["repeat"], type=Repeat),
        previous_id=row["previous_id"],
        next_id=row["next_id"],
        position=row["position"],
    )


def position_of(task_id: int) -> str:
    """Return the place of a new task in the order by hand, in a list whose ids count from 1."""
    return f"{2**31 + 8 * task_id:x}"


def collection_of(request: AppRequest) -> str:
    return str(request.base_url).removesuffix("/") + TASKS


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


app = Litestar(
    [get_tasks, get_task, create_task, update_task, delete_task],
    middleware=[BasicAuthentication],
    openapi_config=None,
    logging_config=None,
)
