"""Many tasks at once: they are stored as they would be one by one."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.support.rows import changes_of
from todo_api.storage import Connection, Database, UserGoneError, UserRow
from todo_api.storage.lists import id_before
from todo_api.storage.schema import task_labels, task_words, tasks
from todo_api.storage.tasks import insert_task
from todo_api.storage.transfer import AT_ONCE, insert_tasks, prepare_tasks
from todo_api.storage.users import delete_user

TASKS: list[dict[str, Any]] = [
    {"title": "Rest"},
    {"title": "Read a book", "description": 'By "É. Zola", 1880', "labels": ["b", "é", '"', "1"]},
    {"title": "Fly", "due": "2026-11-30", "done": True, "priority": 3, "labels": ["b"]},
]


def stored(db: Connection, list_id: int) -> list[list[tuple[Any, ...]]]:
    """Return all that is stored of a list's tasks, but when it was and among which changes.

    Their ids are those within the list.
    """
    own = ("_at", "version", "list_id")
    timeless = [column for name, column in tasks.c.items() if not name.endswith(own)]
    before = id_before(list_id)
    return [
        db.all(select(*columns).where(owner == list_id).order_by(*order))
        for columns, owner, order in (
            ([tasks.c.id - before, *timeless[1:]], tasks.c.list_id, [tasks.c.id]),
            *(
                ([text, table.c.task_id - before], table.c.list_id, [text, table.c.task_id])
                for table, text in (
                    (task_labels, task_labels.c.label),
                    (task_words, task_words.c.word),
                )
            ),
        )
    ]


def test_tasks_are_stored_as_if_they_came_one_by_one(
    database: Database, miguel: int, susan: int
) -> None:
    with database.transaction() as db:
        for task in TASKS * 2:
            insert_task(db, miguel, {**task})
        for _ in range(2):
            insert_tasks(db, susan, prepare_tasks(TASKS))
    with database.snapshot() as db:
        assert stored(db, susan) == stored(db, miguel)


def test_they_are_changes_in_their_order(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        insert_task(db, miguel, {"title": "Begin"})
        insert_tasks(db, miguel, prepare_tasks(TASKS))
    with database.snapshot() as db:
        page = changes_of(db, miguel)
    assert [task.id for task in page.found] == [1, 2, 3, 4]
    first = page.found[0].version
    assert [task.version - first for task in page.found] == [0, 1, 2, 3]


def test_any_number_of_words_is_stored(database: Database, miguel: int) -> None:
    words = [f"w{number}" for number in range(AT_ONCE // 10)]
    many = [{"title": "Read", "description": " ".join(words)}] * 11
    assert len(many) * len(words) > AT_ONCE
    with database.transaction() as db:
        insert_tasks(db, miguel, prepare_tasks(many))
    with database.snapshot() as db:
        found = db.all(select(task_words.c.word, task_words.c.task_id))
    assert set(found) == {(word, task_id) for word in [*words, "read"] for task_id in range(1, 12)}


def test_nobody_gets_none(database: Database, miguels_account: UserRow, miguel: int) -> None:
    with database.transaction() as db:
        delete_user(db, miguels_account.id)
    with pytest.raises(UserGoneError), database.transaction() as db:
        insert_tasks(db, miguel, prepare_tasks(TASKS))
