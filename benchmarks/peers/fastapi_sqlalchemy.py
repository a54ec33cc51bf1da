"""FastAPI with SQLAlchemy's ORM, tuned as their documentation advises.

- Endpoints and the user's dependency are plain functions, since they wait for a database:
  FastAPI runs them in its threads. The session's dependency waits for nothing and is
  ``async``, as in "Dependencies with yield", which saves two changes of threads.
- Answers are return types, which Pydantic serializes in Rust ("Custom Response - JSON
  performance"; the page deprecates ORJSONResponse for this).
- Sessions keep what they know after a commit (``expire_on_commit=False``), and rows are fetched
  by ``Session.get`` or ``scalars``; the pool has a connection for every thread.
- SQLite is set up as the service's: the same driver, WAL, synchronous=FULL. Writers queue at
  a lock, which no documentation asks for: without it, p99 is ten times as long. PostgreSQL is
  left to its driver, psycopg, which prepares what is executed often; writers of a row queue there.
- Verified credentials are remembered, as the service remembers them.

It runs with uvicorn's fast parts (uvloop, httptools) and without an access log.
"""

import json
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Lock
from typing import Annotated, Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Text,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    from sqlite3 import dbapi2 as sqlite

THREADS = 40  # AnyIO's, in which FastAPI runs plain functions
REMEMBER_SECONDS = 300

url = make_url(os.environ["DATABASE_URL"])
is_sqlite = url.get_backend_name() == "sqlite"
options: dict[str, Any] = {"connect_args": {"timeout": 30, "check_same_thread": False}}
engine = create_engine(
    url, pool_size=THREADS, **({"module": sqlite, **options} if is_sqlite else {})
)


@event.listens_for(engine, "connect")
def set_pragmas(connection: Any, _record: object) -> None:
    if is_sqlite:
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")


new_session = sessionmaker(engine, expire_on_commit=False)


# SQLite lets one writer in and makes others poll, with pauses that grow; a lock does not.
writing: AbstractContextManager[Any] = Lock() if is_sqlite else nullcontext()


class Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger}


class JSONText(TypeDecorator[list[str]]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: object) -> str:
        return json.dumps(value)

    def process_result_value(self, value: str | None, dialect: object) -> list[str]:
        return json.loads(value or "[]")


class OptionalJSONText(TypeDecorator[dict[str, str]]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: object) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: object) -> dict[str, str] | None:
        return None if value is None else json.loads(value)


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    list_id: Mapped[int]


class TaskList(Base):
    __tablename__ = "lists"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_task_id: Mapped[int]
    last_change: Mapped[int]


class Task(Base):
    __tablename__ = "tasks"

    list_id: Mapped[int] = mapped_column(ForeignKey(TaskList.id), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    description: Mapped[str]
    done: Mapped[bool]
    due: Mapped[str | None]
    priority: Mapped[int] = mapped_column(default=0)
    labels: Mapped[list[str]] = mapped_column(JSONText, default=list)
    created_at: Mapped[str]
    updated_at: Mapped[str]
    completed_at: Mapped[str | None]
    created_by: Mapped[int | None]
    completed_by: Mapped[int | None]
    assigned_to: Mapped[int | None]
    parent_id: Mapped[int | None]
    repeat: Mapped[dict[str, str] | None] = mapped_column(OptionalJSONText)
    previous_id: Mapped[int | None]
    next_id: Mapped[int | None]
    position: Mapped[str]
    change: Mapped[int]
    title_key: Mapped[str]
    due_key: Mapped[str | None]
    words: Mapped[str] = mapped_column(default="")


Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Description = Annotated[str, Field(max_length=10_000)]
TaskId = Annotated[int, Path(ge=1, le=2**53 - 1)]


class NewTask(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    description: Description = ""
    done: bool = False


class TaskChanges(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    description: Description | None = None
    done: bool | None = None


class Repeat(BaseModel):
    rule: str
    from_: str = Field(alias="from")


class PublicTask(BaseModel):
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


class OneTask(BaseModel):
    task: PublicTask


class ManyTasks(BaseModel):
    tasks: list[PublicTask]


class Deleted(BaseModel):
    result: bool = True


async def get_session() -> AsyncIterator[Session]:
    with new_session() as session:
        yield session


DBSession = Annotated[Session, Depends(get_session)]
Credentials = Annotated[HTTPBasicCredentials, Depends(HTTPBasic(realm="Authentication Required"))]

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
remembered: dict[bytes, tuple[str, float]] = {}
key = secrets.token_bytes(64)


def get_user(credentials: Credentials, session: DBSession) -> User:
    user = session.scalar(select(User).where(User.username == credentials.username))
    if user is None or not is_password(credentials, user.password_hash):
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return user


def is_password(credentials: HTTPBasicCredentials, password_hash: str) -> bool:
    credential = f"{len(credentials.username)}:{credentials.username}:{credentials.password}"
    digest = blake2b(credential.encode(), key=key).digest()
    matched, expires = remembered.get(digest, ("", 0.0))
    if matched == password_hash and expires > time.monotonic():
        return True
    try:
        hasher.verify(password_hash, credentials.password)
    except VerifyMismatchError:
        return False
    remembered[digest] = (password_hash, time.monotonic() + REMEMBER_SECONDS)
    return True


CurrentUser = Annotated[User, Depends(get_user)]

app = FastAPI()


@app.get("/todo/api/v1.0/tasks")
def get_tasks(
    request: Request,
    user: CurrentUser,
    session: DBSession,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ManyTasks:
    own = select(Task).where(Task.list_id == user.list_id)
    tasks = session.scalars(own.order_by(Task.id).limit(limit))
    collection = str(request.url_for("get_tasks"))
    return ManyTasks(tasks=[public(task, collection, user) for task in tasks])


@app.post("/todo/api/v1.0/tasks", status_code=201)
def create_task(
    new_task: NewTask, request: Request, response: Response, user: CurrentUser, session: DBSession
) -> OneTask:
    count_up = (
        update(TaskList)
        .where(TaskList.id == user.list_id)
        .values(last_task_id=TaskList.last_task_id + 1, last_change=TaskList.last_change + 1)
        .returning(TaskList.last_task_id, TaskList.last_change)
        .execution_options(synchronize_session=False)
    )
    with writing:
        task_id, change = session.execute(count_up).one()
        task = Task(
            list_id=user.list_id,
            id=task_id,
            change=change,
            created_at=now(),
            updated_at=now(),
            completed_at=now() if new_task.done else None,
            created_by=user.id,
            completed_by=user.id if new_task.done else None,
            position=position_of(task_id),
            title_key=new_task.title.casefold(),
            **new_task.model_dump(),
        )
        session.add(task)
        session.commit()
    created = public(task, str(request.url_for("get_tasks")), user)
    response.headers["Location"] = created.uri
    return OneTask(task=created)


@app.get("/todo/api/v1.0/tasks/{task_id}")
def get_task(task_id: TaskId, request: Request, user: CurrentUser, session: DBSession) -> OneTask:
    task = find_task(session, user, task_id)
    return OneTask(task=public(task, str(request.url_for("get_tasks")), user))


@app.put("/todo/api/v1.0/tasks/{task_id}")
def update_task(
    task_id: TaskId, changes: TaskChanges, request: Request, user: CurrentUser, session: DBSession
) -> OneTask:
    task = find_task(session, user, task_id)
    count_up = (
        update(TaskList)
        .where(TaskList.id == user.list_id)
        .values(last_change=TaskList.last_change + 1)
        .returning(TaskList.last_change)
        .execution_options(synchronize_session=False)
    )
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(task, name, value)
    with writing:
        task.change = session.scalars(count_up).one()
        task.title_key = task.title.casefold()
        task.updated_at = now()
        task.completed_at = (task.completed_at or now()) if task.done else None
        task.completed_by = (task.completed_by or user.id) if task.done else None
        session.commit()
    return OneTask(task=public(task, str(request.url_for("get_tasks")), user))


@app.delete("/todo/api/v1.0/tasks/{task_id}")
def delete_task(task_id: TaskId, user: CurrentUser, session: DBSession) -> Deleted:
    task = find_task(session, user, task_id)
    with writing:
        session.delete(task)
        session.commit()
    return Deleted()


def find_task(session: Session, user: User, task_id: int) -> Task:
    task = session.get(Task, (user.list_id, task_id))
    if task is None:
        raise HTTPException(404)
    return task


def public(task: Task, collection: str, user: User) -> PublicTask:
    def name(user_id: int | None) -> str | None:
        return user.username if user_id == user.id else None  # nobody else has the list

    return PublicTask(
        id=task.id,
        uri=f"{collection}/{task.id}",
        list_id=task.list_id,
        parent_id=task.parent_id,
        title=task.title,
        description=task.description,
        done=task.done,
        due=task.due,
        priority=task.priority,
        labels=task.labels,
        created_at=task.created_at,
        updated_at=task.updated_at,
        completed_at=task.completed_at,
        created_by=name(task.created_by),
        completed_by=name(task.completed_by),
        assigned_to=name(task.assigned_to),
        repeat=None if task.repeat is None else Repeat.model_validate(task.repeat),
        previous_id=task.previous_id,
        next_id=task.next_id,
        position=task.position,
    )


def position_of(task_id: int) -> str:
    """Return the place of a new task in the order by hand, in a list whose ids count from 1."""
    return f"{2**31 + 8 * task_id:x}"


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
