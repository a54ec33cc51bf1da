"""Tasks: each belongs to one user, is found under one id, and comes back as it was stored."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Connection

from todo_api.storage import Database, UserGone
from todo_api.storage.tasks import (
    TaskRow,
    delete_task,
    insert_task,
    select_task,
    select_tasks,
    update_task,
)
from todo_api.storage.users import delete_user


def add(db: Connection, user_id: int, title: str) -> TaskRow:
    return insert_task(db, user_id, title=title, description="", done=False)


def test_a_task_comes_back_as_it_was_stored(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        stored = insert_task(
            db, miguel, title="Buy groceries", description="Milk, cheese", done=True
        )
    assert stored == TaskRow(1, "Buy groceries", "Milk, cheese", done=True)
    with database.snapshot() as db:
        assert select_task(db, miguel, 1) == stored
        assert select_task(db, miguel, 2) is None


def test_each_user_counts_from_one(database: Database, miguel: int, susan: int) -> None:
    with database.transaction() as db:
        ids = [add(db, user, "Learn Python").id for user in (miguel, susan, miguel, susan)]
    assert ids == [1, 1, 2, 2]


def test_tasks_are_listed_in_the_order_of_their_ids(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        for number in range(1, 13):
            add(db, miguel, f"Task {number}")
        update_task(db, miguel, 2, {"done": True})  # PostgreSQL moves a row that changes
    with database.snapshot() as db:
        assert [task.id for task in select_tasks(db, miguel)] == list(range(1, 13))


def test_a_user_without_tasks_has_an_empty_list(database: Database, miguel: int) -> None:
    with database.snapshot() as db:
        assert select_tasks(db, miguel) == []


def test_a_foreign_task_looks_like_a_missing_one(
    database: Database, miguel: int, susan: int
) -> None:
    with database.transaction() as db:
        secret = add(db, miguel, "Buy a present for Susan")
        assert select_task(db, susan, secret.id) is None
        assert select_tasks(db, susan) == []
        assert update_task(db, susan, secret.id, {"title": "Seen"}) is None
        assert update_task(db, susan, secret.id, {}) is None
        assert not delete_task(db, susan, secret.id)
    with database.snapshot() as db:
        assert select_tasks(db, miguel) == [secret]


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"title": "New"}, TaskRow(1, "New", "before", done=False)),
        ({"description": ""}, TaskRow(1, "Old", "", done=False)),
        ({"done": True}, TaskRow(1, "Old", "before", done=True)),
        ({"done": True, "title": "New"}, TaskRow(1, "New", "before", done=True)),
        ({}, TaskRow(1, "Old", "before", done=False)),
    ],
)
def test_an_update_changes_what_it_names_and_nothing_else(
    database: Database, miguel: int, changes: dict[str, object], after: TaskRow
) -> None:
    with database.transaction() as db:
        insert_task(db, miguel, title="Old", description="before", done=False)
        bystander = add(db, miguel, "Stay")
    with database.transaction() as db:
        assert update_task(db, miguel, 1, changes) == after
    with database.snapshot() as db:
        assert select_tasks(db, miguel) == [after, bystander]


def test_an_update_of_a_missing_task_finds_nothing(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        assert update_task(db, miguel, 1, {"done": True}) is None


def test_a_task_is_deleted_once(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        task = add(db, miguel, "Pass")
    with database.transaction() as db:
        assert delete_task(db, miguel, task.id)
        assert not delete_task(db, miguel, task.id)
        assert select_task(db, miguel, task.id) is None


def test_an_id_is_never_used_again(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        newest = [add(db, miguel, "Come and go").id for _ in range(3)][-1]
    with database.transaction() as db:
        delete_task(db, miguel, newest)
    with database.transaction() as db:
        assert add(db, miguel, "Come after").id == newest + 1


def test_a_rolled_back_insertion_leaves_no_gap(database: Database, miguel: int) -> None:
    def stop_halfway() -> None:
        with database.transaction() as db:
            add(db, miguel, "Never mind")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stop_halfway()
    with database.transaction() as db:
        assert add(db, miguel, "Mind").id == 1


def test_a_user_deleted_meanwhile_gets_no_task(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        delete_user(db, miguel)
    with pytest.raises(UserGone), database.transaction() as db:
        add(db, miguel, "Too late")


@pytest.mark.parametrize(
    "text",
    [
        "Pay the café",
        "Pay the cafe\N{COMBINING ACUTE ACCENT}",
        "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
        "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}",
        "  spaces before, after and a tab\t  ",
        "two\r\nlines\n\N{LINE SEPARATOR}three",
        "%_\\'\";--:title",
        "\ufeffbyte order mark, \u0001 and \U0010ffff",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{LATIN SMALL LIGATURE FI}İß",
        "x" * 10_000,
    ],
)
def test_text_is_kept_byte_for_byte(database: Database, miguel: int, text: str) -> None:
    with database.transaction() as db:
        insert_task(db, miguel, title=text, description=text, done=False)
        update_task(db, miguel, 1, {"description": text + text})
    with database.snapshot() as db:
        assert select_task(db, miguel, 1) == TaskRow(1, text, text + text, done=False)


def test_the_largest_id_is_just_absent(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        largest = 2**63 - 1
        assert select_task(db, miguel, largest) is None
        assert update_task(db, miguel, largest, {"done": True}) is None
        assert not delete_task(db, miguel, largest)


def test_insertions_at_the_same_time_give_dense_ids(
    database: Database, miguel: int, susan: int
) -> None:
    threads, each = 8, 25

    def insert_some(thread: int) -> None:
        user = (miguel, susan)[thread % 2]
        for number in range(each):
            with database.transaction() as db:
                add(db, user, f"{thread}.{number}")

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(insert_some, range(threads)))

    for user, parity in ((miguel, 0), (susan, 1)):
        with database.snapshot() as db:
            tasks = select_tasks(db, user)
        assert [task.id for task in tasks] == list(range(1, threads // 2 * each + 1))
        assert {task.title for task in tasks} == {
            f"{thread}.{number}" for thread in range(parity, threads, 2) for number in range(each)
        }


def test_changes_of_different_columns_at_the_same_time_are_both_kept(
    database: Database, miguel: int
) -> None:
    rounds = 20
    with database.transaction() as db:
        for _ in range(rounds):
            add(db, miguel, "Old")
    together = Barrier(2)

    def change_all(changes: dict[str, object]) -> None:
        for task_id in range(1, rounds + 1):
            together.wait()
            with database.transaction() as db:
                update_task(db, miguel, task_id, changes)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(change_all, [{"title": "New"}, {"done": True}]))
    with database.snapshot() as db:
        changed = select_tasks(db, miguel)
    assert changed == [TaskRow(n, "New", "", done=True) for n in range(1, rounds + 1)]
