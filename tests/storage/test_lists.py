"""Lists: where their ids lie, and that no two share any."""

import secrets

import pytest
from sqlalchemy import text

from todo_api.storage import (
    Database,
    QuotaMetError,
    Removal,
    UserRow,
    delete_user,
    prepare_tasks,
)
from todo_api.storage.lists import (
    LAST_LIST,
    MOST_TASKS_EVER,
    id_before,
    insert_list,
    list_of,
    number_within,
)
from todo_api.storage.tasks import insert_task, select_task
from todo_api.storage.transfer import insert_tasks
from todo_api.storage.users import insert_user

LARGEST_SAFE = 2**53 - 1
"""The largest integer that JavaScript can represent safely."""


def add_user(database: Database, username: str) -> UserRow:
    with database.transaction() as db:
        return insert_user(db, username=username, email=None, password_hash="x")


def test_the_first_list_of_a_database_has_the_ids_from_one_on_and_no_later_one_does(
    database: Database,
) -> None:
    first = add_user(database, "miguel")
    assert first.list_id == 1
    with database.transaction() as db:
        assert [insert_task(db, 1, {"title": "Read"}).id for _ in range(3)] == [1, 2, 3]
        delete_user(db, first.id)
        removal = Removal()
        while removal.remove_piece(db, first.id):
            pass
    assert add_user(database, "miguel").list_id != 1


@pytest.mark.parametrize("list_id", [1, 2, 12_345_678, LAST_LIST])
@pytest.mark.parametrize("number", [1, 2, MOST_TASKS_EVER])
def test_an_id_says_in_which_list_the_task_is(list_id: int, number: int) -> None:
    task_id = id_before(list_id) + number
    assert list_of(task_id) == list_id
    assert number_within(task_id) == number
    assert 1 <= task_id <= LARGEST_SAFE


def test_the_last_id_is_the_largest_that_every_language_can_represent() -> None:
    assert id_before(LAST_LIST) + MOST_TASKS_EVER == LARGEST_SAFE


def test_a_number_that_is_taken_is_drawn_again(
    database: Database, miguels_account: UserRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter([5, 5, 8])

    def draw(below: int) -> int:
        # The others are versions.
        return next(draws) if below == LAST_LIST - 1 else 0

    monkeypatch.setattr(secrets, "randbelow", draw)
    with database.transaction() as db:
        assert [insert_list(db, miguels_account.id) for _ in range(2)] == [7, 10]
        assert list(draws) == []


@pytest.mark.parametrize("room", [0, 1])
@pytest.mark.parametrize("many", [1, 2])
def test_a_list_never_reaches_into_the_ids_of_the_next(
    database: Database, miguel: int, room: int, many: int
) -> None:
    with database.transaction() as db:
        last = id_before(miguel) + MOST_TASKS_EVER - room
        db.execute(text("UPDATE lists SET last_task_id = :last"), {"last": last})
    new = prepare_tasks([{"title": "Late"}] * many)

    def insert() -> None:
        with database.transaction() as db:
            insert_tasks(db, miguel, new)

    if many <= room:
        insert()
        with database.snapshot() as db:
            assert select_task(db, miguel, id_before(miguel) + MOST_TASKS_EVER)
        return
    with pytest.raises(QuotaMetError) as failure:
        insert()
    assert (failure.value.what, failure.value.most) == ("ids", MOST_TASKS_EVER)
