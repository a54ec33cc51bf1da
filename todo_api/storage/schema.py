"""The tables, and the rows of tasks and of tokens.

Every table of a list's things has a key that begins with `list_id`; a task's `id` is counted on the
list's row, and so is its `version`. What is a user's own, whatever lists there are, has a key that
begins with `user_id`. Text is compared byte by byte on both engines, whatever the
server's locale; times are text of one form, `times.now()`. Limits on what may be stored belong to
the OpenAPI document and are not repeated here.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler

from todo_api import times

BinaryText = Text(collation="C").with_variant(Text(collation="BINARY"), "sqlite")
# SQLite counts up a key by itself only if its type is spelt INTEGER.
CountedInteger = BigInteger().with_variant(Integer(), "sqlite")


@compiles(CreateIndex, "postgresql")
def _in_postgresql(create: CreateIndex, compiler: DDLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    """Give an index the condition that it has on SQLite.

    An option of PostgreSQL's own would have its dialect imported, whichever database is in use.
    """
    conditions = create.element.dialect_options
    if conditions["postgresql"]["where"] is None:
        conditions["postgresql"]["where"] = conditions["sqlite"]["where"]
    sql: str = compiler.visit_create_index(create, **options)  # type: ignore[no-untyped-call]
    return sql


class JSONText(TypeDecorator[Any]):
    """A value of JSON or null, stored as text and never looked into by SQL."""

    impl = Text
    cache_ok = True

    decode = staticmethod(orjson.loads)
    """Reads a text, without SQLAlchemy's layers."""

    @staticmethod
    def encode(value: Any) -> str:  # noqa: ANN401 - any JSON
        """Write a text, without SQLAlchemy's layers."""
        return orjson.dumps(value).decode()

    def process_bind_param(self, value: Any, dialect: object) -> str | None:  # noqa: ANN401, ARG002 - any JSON; SQLAlchemy's signature
        """Write the text."""
        return None if value is None else self.encode(value)

    def process_result_value(self, value: str | None, dialect: object) -> Any:  # noqa: ANN401, ARG002
        """Read the text."""
        return None if value is None else self.decode(value)


metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_name)s",
    }
)


OWN_NAME = "Tasks"
"""What a user's own list is called until they call it otherwise."""


def _list() -> Column[int]:
    """Return the first column of a list's things, which go when the list goes."""
    return Column("list_id", BigInteger, ForeignKey("lists.id", ondelete="CASCADE"), nullable=False)


users = Table(
    "users",
    metadata,
    Column("id", CountedInteger, Identity(always=True), primary_key=True),
    Column("username", BinaryText, nullable=False, unique=True),
    Column("email", BinaryText),
    Column("password_hash", BinaryText, nullable=False),
    # The list that is the user's own, where what is created goes; 0 until it is made.
    Column("list_id", BigInteger, nullable=False, server_default="0"),
    # How much there is of what belongs to the user; of answers, in bytes.
    Column("stored_keys", BigInteger, nullable=False, server_default="0"),
    Column("stored_answers", BigInteger, nullable=False, server_default="0"),
    # Of those who registered themselves.
    Column("registered_at", BinaryText, index=True),
    # Whoever is disabled keeps everything, but is refused like somebody unknown.
    Column("disabled_at", BinaryText),
    # Whoever is deleted is gone for everybody, and so is the name; the rest is removed in pieces.
    Column("deleted_at", BinaryText),
    Index("users_deleted_at", "deleted_at", sqlite_where=text("deleted_at IS NOT NULL")),
    sqlite_autoincrement=True,  # the id of a deleted user is never given to another
)

lists = Table(
    "lists",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", BigInteger, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    # Of an owner who did not make the list.
    Column("owner_joined_at", BinaryText),
    Column("name", BinaryText, nullable=False, server_default=OWN_NAME),
    Column("time_zone", BinaryText, nullable=False, server_default=times.UTC_NAME),
    Column("created_at", BinaryText, nullable=False, server_default=times.FIRST),
    Column("last_task_id", BigInteger, nullable=False),
    # Counts the changes of the list and of its tasks: a task's version is the number of its last
    # change. The row's lock puts the changes in one order.
    Column("last_change", BigInteger, key="last_version", nullable=False),
    Column("last_changed_at", BinaryText),
    # The last version whose tombstone has been removed: what happened up to it cannot be told.
    Column(
        "forgotten_change", BigInteger, key="forgotten_version", nullable=False, server_default="0"
    ),
    # How much there is in the list; of texts, in bytes.
    Column("stored_tasks", BigInteger, nullable=False, server_default="0"),
    Column("stored_text", BigInteger, nullable=False, server_default="0"),
    # The same of its trash.
    Column("trashed_tasks", BigInteger, nullable=False, server_default="0"),
    Column("trashed_text", BigInteger, nullable=False, server_default="0"),
    # What is deleted is gone for everybody; the rest is removed in pieces.
    Column("deleted_at", BinaryText),
    Index("lists_owner", "owner_id"),
    Index("lists_deleted_at", "deleted_at", sqlite_where=text("deleted_at IS NOT NULL")),
)

tasks = Table(
    "tasks",
    metadata,
    Column("list_id", BigInteger, ForeignKey(lists.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("title", BinaryText, nullable=False),
    Column("description", BinaryText, nullable=False),
    Column("done", Boolean(create_constraint=True, name="done"), nullable=False),
    Column("due", BinaryText),  # as it was given
    Column("priority", SmallInteger, nullable=False),
    Column("labels", JSONText, nullable=False),  # in order
    Column("created_at", BinaryText, nullable=False),
    Column("updated_at", BinaryText, nullable=False),
    Column("completed_at", BinaryText),
    # Users, who may have been deleted: their ids are never given to others.
    Column("created_by", BigInteger),
    Column("completed_by", BigInteger),
    Column("assigned_to", BigInteger),
    Column("parent_id", BigInteger),  # a task of the same list
    # How it comes again: a rule of `recurrence`, and from which day its days are counted.
    Column("repeat", JSONText),
    # Tasks of the list, which may have been deleted: what it came of, and what came of it.
    Column("previous_id", BigInteger),
    Column("next_id", BigInteger),
    # Of what came of it: the version that it had when it was made.
    Column("next_version", BigInteger),
    Column("position", BinaryText, nullable=False, server_default=""),  # made by `positions`
    Column("change", BigInteger, key="version", nullable=False),
    # What a task is found by, made of the above by `text` and `times`.
    Column("title_key", BinaryText, nullable=False),
    Column("due_key", BinaryText),
    Column("words", BinaryText, nullable=False),  # each with a space before it
    # By what an imported task is known again; a hash of what another program calls it.
    Column("uid", BinaryText),
    # For sorts and filters.
    Index("tasks_done", "list_id", "done", "id"),
    Index("tasks_title", "list_id", "title_key", "id"),
    Index("tasks_due", "list_id", "due_key", "id"),
    Index("tasks_priority", "list_id", "priority", "id"),
    Index("tasks_created", "list_id", "created_at", "id"),
    Index("tasks_updated", "list_id", "updated_at", "id"),
    Index("tasks_position", "list_id", "position", "id"),
    Index(
        "tasks_assigned",
        "list_id",
        "assigned_to",
        "id",
        sqlite_where=text("assigned_to IS NOT NULL"),
    ),
    Index("tasks_parent", "list_id", "parent_id", "id", sqlite_where=text("parent_id IS NOT NULL")),
    Index("tasks_change", "list_id", "version", unique=True),
    Index("tasks_uid", "list_id", "uid", unique=True, sqlite_where=text("uid IS NOT NULL")),
)


class TaskRow(NamedTuple):
    """A task as it is stored; `id` is unique among all tasks, and says in which list it is."""

    id: int
    title: str
    description: str
    done: bool
    due: str | None
    priority: int
    labels: list[str]
    created_at: str
    updated_at: str
    completed_at: str | None
    version: int
    """The number of its last change among those of all of its list's tasks."""
    created_by: int | None = None
    """The id of a user, as the next two."""
    completed_by: int | None = None
    assigned_to: int | None = None
    parent_id: int | None = None
    """The id of the task that it is a part of."""
    repeat: dict[str, str] | None = None
    previous_id: int | None = None
    next_id: int | None = None
    next_version: int | None = None
    """In which the task that follows it is as it was made."""
    position: str = ""
    """By which it is sorted by hand."""

    @property
    def people(self) -> tuple[int | None, ...]:
        """Return the ids of all users that it names."""
        return self.created_by, self.completed_by, self.assigned_to


DEFAULTS: Mapping[str, Any] = {
    "description": "",
    "done": False,
    "due": None,
    "priority": 0,
    "labels": (),
    "assigned_to": None,
    "parent_id": None,
    "repeat": None,
    "previous_id": None,
    "next_id": None,
    "next_version": None,
}
"""The value of a member of a task that was not given."""

task_labels = Table(
    "task_labels",
    metadata,
    _list(),
    Column("label", BinaryText, nullable=False),
    Column("task_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("list_id", "label", "task_id"),
    sqlite_with_rowid=False,
)

task_words = Table(
    "task_words",
    metadata,
    _list(),
    Column("word", BinaryText, nullable=False),
    Column("task_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("list_id", "word", "task_id"),
    sqlite_with_rowid=False,
)

# Imports that are being inserted piece by piece.
staged_imports = Table(
    "staged_imports",
    metadata,
    _list(),
    Column("before", BigInteger, nullable=False),  # the id behind which those of its tasks begin
    Column("by", BigInteger, nullable=False),  # the user who imports
    Column("tasks", LargeBinary, nullable=False),  # their columns: JSON, compressed
    Column("left_out", JSONText, nullable=False),  # the places of those that the list has already
    Column("parents", JSONText, nullable=False),  # of the others, each with its place
    # The ids in whose places the others come in the order by hand; their own if it is null.
    Column("seats", JSONText),
    PrimaryKeyConstraint("list_id", "before"),
)

deleted_tasks = Table(
    "deleted_tasks",
    metadata,
    _list(),
    Column("change", BigInteger, key="version", nullable=False),
    Column("task_id", BigInteger, nullable=False),
    Column("deleted_at", BinaryText, nullable=False),
    PrimaryKeyConstraint("list_id", "version"),
    # For the tombstones of those who never come back.
    Index("deleted_tasks_eldest", "deleted_at"),
    sqlite_with_rowid=False,
)

# Deleted tasks that can be restored; there is a tombstone of each.
trash = Table(
    "trash",
    metadata,
    _list(),
    Column("task_id", BigInteger, nullable=False),
    Column("change", BigInteger, key="version", nullable=False),  # of the deletion
    Column("deleted_at", BinaryText, nullable=False),
    Column("content", JSONText, nullable=False),  # all else that the task was
    Column("size", BigInteger, nullable=False),  # of its texts, in bytes
    # Of a task that was deleted together with its parent: the two come back together.
    Column("parent_id", BigInteger),
    PrimaryKeyConstraint("list_id", "task_id"),
    Index("trash_deleted", "list_id", "deleted_at", "task_id"),
    Index(
        "trash_parent",
        "list_id",
        "parent_id",
        "task_id",
        sqlite_where=text("parent_id IS NOT NULL"),
    ),
)

# Who has a part in a list besides its owner.
list_members = Table(
    "list_members",
    metadata,
    _list(),
    Column("user_id", BigInteger, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("role", BinaryText, nullable=False),
    Column("joined_at", BinaryText, nullable=False),
    PrimaryKeyConstraint("list_id", "user_id"),
    Index("list_members_user", "user_id"),
)

# An id is random, as a token's is.
list_invitations = Table(
    "list_invitations",
    metadata,
    _list(),
    Column("id", BigInteger, nullable=False),
    Column("hash", BinaryText, nullable=False),  # of the code, which is not stored
    Column("role", BinaryText, nullable=False),
    Column("created_at", BinaryText, nullable=False),
    Column("expires_at", BinaryText, nullable=False),
    # The user who has become a member by it, so that they may send the code again.
    Column("used_by", BigInteger),
    PrimaryKeyConstraint("list_id", "id"),
    Index("list_invitations_hash", "hash"),
    Index("list_invitations_expires_at", "expires_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", BigInteger, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("key", BinaryText, nullable=False),
    Column("fingerprint", BinaryText, nullable=False),  # of the request
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSONText, nullable=False),
    Column("body", BinaryText, nullable=False),
    Column("packed", LargeBinary),  # a long body, compressed, which then stands in place of it
    Column("created_at", BinaryText, nullable=False),
    PrimaryKeyConstraint("user_id", "key"),
    Index("idempotency_keys_created", "user_id", "created_at"),
    # For the keys of those who never come back.
    Index("idempotency_keys_eldest", "created_at"),
)

# An id is random: it is unique among all users, and does not tell how many tokens there are.
tokens = Table(
    "tokens",
    metadata,
    Column("user_id", BigInteger, ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", BinaryText, nullable=False),
    Column("scope", BinaryText, nullable=False),
    Column("hash", BinaryText, nullable=False),  # of the secret, which is not stored
    Column("created_at", BinaryText, nullable=False),
    Column("expires_at", BinaryText),
    Column("last_used_at", BinaryText),
    Index("tokens_id", "id", unique=True),
    Index("tokens_hash", "hash", unique=True),
    Index("tokens_expires_at", "expires_at", sqlite_where=text("expires_at IS NOT NULL")),
)


class TokenRow(NamedTuple):
    """A token as it is stored, without what proves that somebody has it."""

    id: int
    name: str
    scope: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    """When it was last used, to the minute."""


# Nobody's yet: each belongs to whoever has its code.
invitations = Table(
    "invitations",
    metadata,
    Column("username", BinaryText, primary_key=True),
    Column("hash", BinaryText, nullable=False),  # of the code, which is not stored
    Column("expires_at", BinaryText, nullable=False),
)

# Rights that one process has at a time.
leases = Table(
    "leases",
    metadata,
    Column("name", BinaryText, primary_key=True),
    Column("holder", BinaryText, nullable=False),
    Column("until", BinaryText, nullable=False),
)

# What all processes of the service share and nobody else knows.
secrets = Table(
    "secrets",
    metadata,
    Column("name", BinaryText, primary_key=True),
    Column("value", BinaryText, nullable=False),
)
