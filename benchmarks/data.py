"""Databases of up to a million tasks, filled past the service: over HTTP it would take hours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, literal, select, update

from benchmarks.story import PASSWORD, USERNAME
from todo_api import times
from todo_api.identity import password_hasher
from todo_api.settings import Settings
from todo_api.storage import Connection, Database, migrate
from todo_api.storage.engine import Statement
from todo_api.storage.lists import id_before
from todo_api.storage.positions import position_of
from todo_api.storage.schema import DEFAULTS, lists, task_labels, task_words, tasks
from todo_api.storage.tasks import INSERT_TASK
from todo_api.storage.text import sort_key, words_of
from todo_api.storage.users import FIRST_USER, insert_user

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO, LONG_AHEAD = datetime(2001, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
PERIOD = timedelta(days=100)
"""In which a user's tasks were created, at even distances."""
RARE = 5
"""So many of a user's tasks, however many there are, have what is rare."""
OTHERS = 40
"""Users of a large database who share what is not the asking user's."""
BATCH = 1000

INSERT_LABEL = Statement(insert(task_labels), columns=task_labels.c.keys())
INSERT_WORD = Statement(insert(task_words), columns=task_words.c.keys())


def make_large_database(url: str, *, own: int, others: int) -> None:
    """Make a database with so many tasks of the user who asks, and so many of forty others.

    The others have the first of the same tasks: copying is faster than making.
    """
    with _new(url) as db:
        list_id = _add_user(db, USERNAME, count=own)
        for first in range(1, own + 1, BATCH):
            numbers = range(first, min(first + BATCH, own + 1))
            _insert(db, list_id, [_task(number, own) for number in numbers])
        for number in range(OTHERS if others else 0):
            count = others // OTHERS
            _copy(db, list_id, _add_user(db, f"user{number}", count=count), count)


@contextmanager
def _new(url: str) -> Iterator[Connection]:
    """Make the tables, and let them be filled in one transaction."""
    database = Database(url)
    try:
        migrate(database)
        with database.transaction() as db:
            yield db
    finally:
        database.close()


def _add_user(db: Connection, username: str, *, count: int) -> int:
    """Insert a user who has the story's password, and the counters of so many tasks.

    Returns the user's list.
    """
    password_hash = password_hasher(Settings()).hash(PASSWORD)
    user = insert_user(db, username=username, email=None, password_hash=password_hash)
    counted = update(lists).where(lists.c.id == user.list_id)
    last = id_before(user.list_id) + count
    db.execute(counted.values(last_task_id=last, last_version=count, stored_tasks=count))
    return user.list_id


def _task(number: int, count: int) -> dict[str, Any]:
    """Return one of a user's tasks, as it is stored.

    Whatever their count, the same share of them has what is common: at least a quarter, so that a
    page of twenty is full even of a hundred tasks. Milk and bread are never in one task.
    """
    odd, pizza, rare = number % 2 == 1, number % 4 <= 1, number % (count // RARE) == 1
    title = f"{'Zebra' if rare else 'Bread' if odd else 'Milk'} {number}"
    description = "Pizza, Fruit" if pizza else "Cheese, Tylenol"
    labels = [*["errand"] * pizza, "work" if odd else "home", *["zoo"] * rare]
    chance = Random(number)  # noqa: S311 - the same tasks in every run
    somewhen = timedelta(days=chance.randrange(9000))
    due = (None, f"{LONG_AGO + somewhen:%F}", f"{LONG_AHEAD + somewhen:%F}")[number % 3]
    done = odd and not pizza
    at = times.instant((FIRST_DAY + PERIOD * number / count).isoformat())
    return {
        "id": number,
        "title": title,
        "description": description,
        "done": done,
        "due": due,
        "priority": 3 if rare else number % 7 % 3,
        "labels": labels,
        "created_at": at,
        "updated_at": at,
        "completed_at": at if done else None,
        "created_by": FIRST_USER,
        "completed_by": FIRST_USER if done else None,
        "assigned_to": FIRST_USER if odd else None,
        "parent_id": None,
        "position": position_of(number),
        "version": number,
        "title_key": sort_key(title),
        "due_key": due and times.due_end(due),
        "words": "".join(f" {word}" for word in words_of(title, description)),
    }


def _insert(db: Connection, list_id: int, rows: list[dict[str, Any]]) -> None:
    """Insert tasks, and what they are found by."""
    within = {"list_id": list_id}
    db.execute_many(INSERT_TASK, ({**DEFAULTS, **within, "uid": None, **row} for row in rows))
    db.execute_many(
        INSERT_LABEL,
        (
            {**within, "task_id": row["id"], "label": label}
            for row in rows
            for label in row["labels"]
        ),
    )
    db.execute_many(
        INSERT_WORD,
        (
            {**within, "task_id": row["id"], "word": word}
            for row in rows
            for word in row["words"].split()
        ),
    )


def _copy(db: Connection, from_id: int, to_id: int, count: int) -> None:
    """Give a list the first tasks of another."""
    moved = id_before(to_id) - id_before(from_id)
    for table, number in (
        (tasks, tasks.c.id),
        (task_labels, task_labels.c.task_id),
        (task_words, task_words.c.task_id),
    ):
        names = table.c.keys()
        columns = [
            literal(to_id),
            *(
                table.c[name] + moved if table.c[name] is number else table.c[name]
                for name in names[1:]
            ),
        ]
        last = id_before(from_id) + count
        rows = select(*columns).where(table.c.list_id == from_id, number <= last)
        db.execute(insert(table).from_select(names, rows))
