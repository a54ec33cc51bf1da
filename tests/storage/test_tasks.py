"""Tasks: each belongs to one user, is found under one id, and comes back as it was stored."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.rows import KEPT, select_tasks, state_of
from todo_api import times
from todo_api.storage import (
    Connection,
    Database,
    TaskChangedError,
    TaskMissingError,
    TaskRow,
    UserGoneError,
    UserRow,
)
from todo_api.storage.lists import id_before, number_within
from todo_api.storage.positions import position_of
from todo_api.storage.schema import deleted_tasks, task_labels, task_words
from todo_api.storage.tasks import (
    delete_task,
    insert_task,
    select_task,
    update_task,
)
from todo_api.storage.users import delete_user


def add(db: Connection, list_id: int, title: str) -> TaskRow:
    return insert_task(db, list_id, {"title": title})


def text_of(task: TaskRow | None) -> tuple[str, str, bool]:
    """Return what the article's tasks are made of."""
    assert task
    return task.title, task.description, task.done


def test_a_task_comes_back_as_it_was_stored(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        stored = insert_task(
            db,
            miguel,
            {
                "title": "Buy groceries",
                "description": "Milk, cheese",
                "done": True,
                "due": "2026-11-30T17:00:00+01:00",
                "priority": 3,
                "labels": ["home", "food"],
            },
        )
    at = stored.created_at
    assert stored._replace(version=0) == TaskRow(
        id=1,
        title="Buy groceries",
        description="Milk, cheese",
        done=True,
        due="2026-11-30T17:00:00+01:00",
        priority=3,
        labels=["food", "home"],
        created_at=at,
        updated_at=at,
        completed_at=at,
        version=0,
        position=position_of(1),
    )
    with database.snapshot() as db:
        assert select_task(db, miguel, 1) == stored
        assert select_task(db, miguel, 2) is None


def test_each_list_counts_by_itself_behind_what_names_it(
    database: Database, miguel: int, susan: int
) -> None:
    with database.transaction() as db:
        ids = [add(db, one, "Learn Python").id for one in (miguel, susan, miguel, susan)]
    assert ids == [1, id_before(susan) + 1, 2, id_before(susan) + 2]


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
    for changes in ({"title": "Seen"}, {}):
        with pytest.raises(TaskMissingError), database.transaction() as db:
            update_task(db, susan, secret.id, changes)
    with pytest.raises(TaskMissingError), database.transaction() as db:
        delete_task(db, susan, secret.id, forget_before=KEPT)
    with database.snapshot() as db:
        assert select_tasks(db, miguel) == [secret]


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"title": "New"}, ("New", "before", False)),
        ({"description": ""}, ("Old", "", False)),
        ({"done": True}, ("Old", "before", True)),
        ({"done": True, "title": "New"}, ("New", "before", True)),
        ({}, ("Old", "before", False)),
    ],
)
def test_an_update_changes_what_it_names_and_nothing_else(
    database: Database, miguel: int, changes: dict[str, object], after: tuple[str, str, bool]
) -> None:
    given: dict[str, Any] = {"due": "2026-11-30", "priority": 2, "labels": ["home"]}
    with database.transaction() as db:
        insert_task(db, miguel, {"title": "Old", "description": "before", **given})
        bystander = add(db, miguel, "Stay")
    with database.transaction() as db:
        changed = update_task(db, miguel, 1, changes).new
    assert text_of(changed) == after
    assert given.items() <= changed._asdict().items()
    with database.snapshot() as db:
        assert select_tasks(db, miguel) == [changed, bystander]


def test_an_update_of_a_missing_task_finds_nothing(database: Database, miguel: int) -> None:
    with pytest.raises(TaskMissingError), database.transaction() as db:
        update_task(db, miguel, 1, {"done": True})


def test_a_task_is_deleted_once(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        task = add(db, miguel, "Pass")
    with database.transaction() as db:
        delete_task(db, miguel, task.id, forget_before=KEPT)
        assert select_task(db, miguel, task.id) is None
    with pytest.raises(TaskMissingError), database.transaction() as db:
        delete_task(db, miguel, task.id, forget_before=KEPT)


def test_an_id_is_never_used_again(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        newest = [add(db, miguel, "Come and go").id for _ in range(3)][-1]
    with database.transaction() as db:
        delete_task(db, miguel, newest, forget_before=KEPT)
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


def test_a_user_deleted_meanwhile_gets_no_task(
    database: Database, miguels_account: UserRow, miguel: int
) -> None:
    with database.transaction() as db:
        delete_user(db, miguels_account.id)
    with pytest.raises(UserGoneError), database.transaction() as db:
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
        insert_task(db, miguel, {"title": text, "description": text})
        update_task(db, miguel, 1, {"description": text + text})
    with database.snapshot() as db:
        assert text_of(select_task(db, miguel, 1)) == (text, text + text, False)


def test_the_largest_id_is_just_absent(database: Database, miguel: int) -> None:
    largest = 2**63 - 1
    with database.snapshot() as db:
        assert select_task(db, miguel, largest) is None
    with pytest.raises(TaskMissingError), database.transaction() as db:
        update_task(db, miguel, largest, {"done": True})
    with pytest.raises(TaskMissingError), database.transaction() as db:
        delete_task(db, miguel, largest, forget_before=KEPT)


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
        numbers = [number_within(task.id) for task in tasks]
        assert numbers == list(range(1, threads // 2 * each + 1))
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
    assert [text_of(task) for task in changed] == [("New", "", True)] * rounds


def changes_of(database: Database, list_id: int) -> int:
    """Return how many changes of a user's tasks there have been since they were counted first."""
    with database.snapshot() as db:
        return state_of(db, list_id).version


def test_an_update_tells_the_task_before_and_after_it(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        task = add(db, miguel, "Read")
        old, new = update_task(db, miguel, task.id, {"title": "Write", "labels": ["b", "a"]})
    assert old == task
    assert new == task._replace(
        title="Write", labels=["a", "b"], updated_at=new.updated_at, version=task.version + 1
    )
    with database.snapshot() as db:
        assert select_task(db, miguel, task.id) == new


def test_each_change_counts_one_and_has_the_next_number(database: Database, miguel: int) -> None:
    before = changes_of(database, miguel)
    with database.transaction() as db:
        first, second = add(db, miguel, "Read"), add(db, miguel, "Write")
        updated = update_task(db, miguel, first.id, {"done": True}).new
        delete_task(db, miguel, second.id, forget_before=KEPT)
    numbers = [first.version, second.version, updated.version, changes_of(database, miguel)]
    assert numbers == list(range(before + 1, before + 5))


def test_a_refused_change_counts_nothing(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        task = add(db, miguel, "Read")
    with pytest.raises(TaskChangedError), database.transaction() as db:
        update_task(db, miguel, task.id, {"done": True}, versions=[task.version - 1])
    with pytest.raises(TaskChangedError), database.transaction() as db:
        delete_task(db, miguel, task.id, versions=[], forget_before=KEPT)
    with pytest.raises(TaskMissingError), database.transaction() as db:
        delete_task(db, miguel, task.id + 1, forget_before=KEPT)
    assert changes_of(database, miguel) == task.version
    with database.snapshot() as db:
        assert select_tasks(db, miguel) == [task]


def test_an_update_of_nothing_is_no_change(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        task = add(db, miguel, "Read")
    with database.transaction() as db:
        assert update_task(db, miguel, 1, {}, versions=[task.version]) == (task, task)
    with pytest.raises(TaskChangedError), database.transaction() as db:
        update_task(db, miguel, 1, {}, versions=[task.version + 1])
    assert changes_of(database, miguel) == task.version


def test_a_refusal_tells_the_number_of_the_last_change(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        task = add(db, miguel, "Read")
    with pytest.raises(TaskChangedError) as refusal, database.transaction() as db:
        delete_task(db, miguel, task.id, versions=[task.version + 1], forget_before=KEPT)
    assert refusal.value.version == task.version


def test_of_changes_that_expect_the_same_version_one_is_made(
    database: Database, miguel: int
) -> None:
    rivals = 4
    with database.transaction() as db:
        task = add(db, miguel, "Read")
    together = Barrier(rivals)

    def claim(rival: int) -> bool:
        together.wait()
        try:
            with database.transaction() as db:
                changes = {"description": str(rival)}
                update_task(db, miguel, task.id, changes, versions=[task.version])
        except TaskChangedError:
            return False
        return True

    with ThreadPoolExecutor(rivals) as pool:
        assert sorted(pool.map(claim, range(rivals))) == [False] * (rivals - 1) + [True]


def test_times_never_go_back(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as db:
        first = add(db, miguel, "Read")
    monkeypatch.setattr(times, "now", lambda: "2001-01-01T00:00:00.000000Z")
    with database.transaction() as db:
        second = add(db, miguel, "Write")
        changed = update_task(db, miguel, first.id, {"done": True}).new
    assert second.created_at == changed.updated_at == changed.completed_at == first.created_at


def test_a_deletion_leaves_its_number_and_its_time(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        task = add(db, miguel, "Pass")
        delete_task(db, miguel, task.id, forget_before=KEPT)
    with database.snapshot() as db:
        [tombstone] = db.all(select(deleted_tasks))
    *what, deleted_at = tombstone
    assert what == [miguel, task.version + 1, task.id]
    assert deleted_at >= task.created_at


def test_what_a_task_is_found_by_follows_it(database: Database, miguel: int) -> None:
    def found_by() -> tuple[list[str], list[str]]:
        with database.snapshot() as db:
            return (
                [
                    label
                    for (label,) in db.all(
                        select(task_labels.c.label).order_by(task_labels.c.label)
                    )
                ],
                [word for (word,) in db.all(select(task_words.c.word).order_by(task_words.c.word))],
            )

    with database.transaction() as db:
        insert_task(
            db, miguel, {"title": "Read Éclair, read!", "description": "2 cm", "labels": ["b", "a"]}
        )
    assert found_by() == (["a", "b"], ["2", "cm", "read", "éclair"])
    with database.transaction() as db:
        update_task(db, miguel, 1, {"description": "3 cm", "labels": ["b", "c"]})
    assert found_by() == (["b", "c"], ["3", "cm", "read", "éclair"])
    with database.transaction() as db:
        update_task(db, miguel, 1, {"done": True})
    assert found_by() == (["b", "c"], ["3", "cm", "read", "éclair"])
    with database.transaction() as db:
        delete_task(db, miguel, 1, forget_before=KEPT)
    assert found_by() == ([], [])
