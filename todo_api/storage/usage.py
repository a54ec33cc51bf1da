"""How much is stored, counted on the rows of lists and users, and the most that it may be.

Whatever stores or removes something counts it in the same transaction, so that the counts are
exact, and reading them costs nothing.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import bindparam, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from todo_api.storage.access import IS_LIST
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import QuotaMetError, TooManyWordsError, UserGoneError
from todo_api.storage.schema import TaskRow, lists, tasks, users
from todo_api.storage.users import IS_THERE

TEXTS = ("title", "description", "labels")
"""The members of a task whose bytes are counted: the only ones whose length a user chooses."""


class Quotas(NamedTuple):
    """The most that may be stored, for each user or, of registrations, in all; None: any number."""

    tasks: int | None = None
    text: int | None = None
    """Bytes of `TEXTS`."""
    keys: int | None = None
    answers: int | None = None
    """Bytes of the answers that are kept for the keys."""
    registrations: int | None = None
    """Users who registered within a day."""
    lists: int | None = None
    shared_lists: int | None = None
    """Lists of others."""

    def check(self, what: Literal["tasks", "text", "keys", "answers"], used: int) -> None:
        """Raise `QuotaMetError`, which has to leave the transaction, if too much is used."""
        most: int | None = getattr(self, what)
        if most is not None and used > most:
            raise QuotaMetError(what, most)


UNLIMITED = Quotas()


WORDS_OF_TASK = 10
"""So many words take as long as a task."""


class WordBudget:
    """How many words and labels a transaction may add to what tasks are found by, or remove.

    They make by far the most rows, and a few bytes of a request can change thousands of them.
    """

    def __init__(self, most: int) -> None:
        """Allow this many."""
        self.most = most
        self._left = most

    def spend_tasks(self, tasks: int) -> None:
        """Count tasks that are deleted or restored along with another. Raises as `spend` does."""
        self.spend(WORDS_OF_TASK * tasks)

    def spend(self, words: int) -> None:
        """Count some. Raises `TooManyWordsError`, which has to leave the transaction."""
        self._left -= words
        if self._left < 0:
            raise TooManyWordsError(self.most)


COUNT_TASKS = Statement(
    update(lists)
    .where(IS_LIST)
    .values(
        stored_tasks=lists.c.stored_tasks + bindparam("tasks"),
        stored_text=lists.c.stored_text + bindparam("more"),
    )
)
COUNT_TRASH = Statement(
    update(lists)
    .where(IS_LIST)
    .values(
        stored_tasks=lists.c.stored_tasks - bindparam("tasks"),
        stored_text=lists.c.stored_text - bindparam("bytes"),
        trashed_tasks=lists.c.trashed_tasks + bindparam("more_tasks"),
        trashed_text=lists.c.trashed_text + bindparam("more_bytes"),
    )
)
COUNT_ANSWERS = Statement(
    update(users)
    .where(users.c.id == bindparam("owner_id"), IS_THERE)
    .values(
        stored_keys=users.c.stored_keys + bindparam("keys"),
        stored_answers=users.c.stored_answers + bindparam("more"),
    )
    .returning(users.c.stored_keys, users.c.stored_answers)
)


def text_size(task: Mapping[str, Any], names: tuple[str, ...] = TEXTS) -> int:
    """Return the bytes of a task's texts, as they are stored."""
    return sum(_size(name, task[name]) for name in names)


def growth(old: TaskRow, changes: Mapping[str, Any]) -> int:
    """Return how many bytes of text a task has more after changes; if negative, fewer."""
    return sum(
        _size(name, changes[name]) - _size(name, getattr(old, name))
        for name in TEXTS
        if name in changes
    )


def _size(name: str, value: Any) -> int:  # noqa: ANN401 - text, or labels
    if value is None:
        return 0
    return len(orjson.dumps(value)) if name == "labels" else len(value.encode())


def count_tasks(db: Connection, list_id: int, tasks: int, more: int) -> None:
    """Count tasks, and the bytes of their texts, that there are more or, if negative, fewer."""
    db.execute_later(COUNT_TASKS, {"in_list": list_id, "tasks": tasks, "more": more})


def count_trash(
    db: Connection,
    list_id: int,
    *,
    put_in: tuple[int, int] = (0, 0),
    gone: tuple[int, int] = (0, 0),
) -> None:
    """Count tasks, and the bytes of their texts, that go from a list into its trash.

    If they are negative, they come from there. What is `gone` from the trash is nowhere any more.
    """
    values = {"in_list": list_id, "tasks": put_in[0], "bytes": put_in[1]}
    values |= {"more_tasks": put_in[0] - gone[0], "more_bytes": put_in[1] - gone[1]}
    db.execute_later(COUNT_TRASH, values)


def count_answers(db: Connection, user_id: int, keys: int, more: int) -> tuple[int, int]:
    """Count keys and the bytes of their answers; return how many there are now.

    Until the transaction ends, other changes of this user wait. Raises `UserGoneError`.
    """
    used = db.one(COUNT_ANSWERS, {"owner_id": user_id, "keys": keys, "more": more})
    if used is None:
        raise UserGoneError
    return used[0], used[1]


class Bytes(FunctionElement[int]):
    """The bytes of a text, as it is stored."""

    name = "bytes"
    inherit_cache = True


@compiles(Bytes, "sqlite")
def _in_sqlite(size: Bytes, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"length(CAST({compiler.process(size.clauses, **options)} AS BLOB))"


@compiles(Bytes, "postgresql")
def _in_postgresql(size: Bytes, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"octet_length({compiler.process(size.clauses, **options)})"


TEXT_SIZE = Bytes(tasks.c.title) + Bytes(tasks.c.description) + Bytes(tasks.c.labels)
"""What `text_size` tells, in SQL."""
