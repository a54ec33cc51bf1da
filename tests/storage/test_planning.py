"""SQLite plans each statement once, whatever the values it is executed with."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from sqlite3 import SQLITE_OK
from typing import Any

import pytest

from tests.support.databases import SQLiteDatabases
from tests.support.rows import state_of
from todo_api import storage, times
from todo_api.storage import Connection, Database, planner, select_page

LIST_ID = 1
numbers = count(1)


@pytest.fixture
def database(
    sqlite_databases: SQLiteDatabases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A database with a user whose list has some tasks; indexes are asked as in a longer one."""
    monkeypatch.setattr(planner, "TOO_SHORT_TO_ASK", 0)
    database = Database(sqlite_databases.fresh())
    with database.transaction() as db:
        storage.insert_user(db, username="miguel", email=None, password_hash="-")
        for _ in range(30):
            create(db)
    yield database
    database.close()


def create(db: Connection) -> int:
    """Make a task that differs from all others."""
    number = next(numbers)
    given = {"title": f"Buy milk {number}", "labels": [f"errand{number}"], "due": "2030-01-31"}
    return storage.insert_task(db, LIST_ID, given).id


def update(db: Connection) -> None:
    """Change all that can be changed."""
    number = next(numbers)
    changes = {"title": f"Read {number}", "labels": [f"book{number}"], "done": bool(number % 2)}
    storage.update_task(db, LIST_ID, 1 + number % 20, changes)


def delete(db: Connection) -> None:
    """Delete a task that has just been made."""
    storage.delete_task(db, LIST_ID, create(db), forget_before=timedelta(days=90))


def move(db: Connection) -> None:
    """Move a task that has just been made."""
    storage.move_task(db, LIST_ID, create(db), {"before": 1 + next(numbers) % 20})


def read(**asked: Any) -> Callable[[Connection], object]:  # noqa: ANN401 - as `select_page` takes it
    """Return what reads a page of another length each time."""
    return lambda db: select_page(db, state_of(db, LIST_ID), limit=5 + next(numbers) % 20, **asked)


READS = {
    "sort": read(sort="-due"),
    "position": read(sort="position"),
    "done": read(filters={"done": False}),
    "q": read(filters={"q": "milk"}),
    "two filters": read(filters={"q": "milk", "due_before": "2030-02-01"}),
    "task": lambda db: storage.select_task(db, LIST_ID, 1 + next(numbers) % 20),
    "changes": lambda db: storage.select_changes(
        db, storage.select_states(db, 1), {}, before=times.now(), limit=5 + next(numbers) % 20
    ),
    "labels": lambda db: storage.select_labels(db, LIST_ID, limit=5 + next(numbers) % 20),
    "trash": lambda db: storage.select_trash(
        db, LIST_ID, before=times.now(), limit=5 + next(numbers) % 20
    ),
}
WRITES = {"create": create, "update": update, "delete": delete, "move": move}


@pytest.mark.parametrize("act", [*READS.values(), *WRITES.values()], ids=[*READS, *WRITES])
def test_a_statement_is_planned_once(
    database: Database, act: Callable[[Connection], object]
) -> None:
    planned: list[object] = []

    def note(*what: object) -> int:
        planned.append(what)
        return SQLITE_OK

    with database.transaction() as db:
        db.driver.set_authorizer(note)
        for _ in range(3):
            act(db)
        assert planned  # it was told of those that were new
        planned.clear()
        act(db)
        assert not planned
        db.driver.set_authorizer(None)
