"""Labels: read by one index, and renamed in pieces that fit together."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import select, text

from tests.support.plans import explained
from tests.support.rows import select_tasks, state_of
from todo_api import times
from todo_api.storage import (
    Database,
    QuotaMetError,
    Quotas,
    UserGoneError,
    UserRow,
    prepare_tasks,
)
from todo_api.storage import labels as module
from todo_api.storage.engine import Statement
from todo_api.storage.labels import (
    DELETE_FROM_INDEX,
    SELECT_LABELLED,
    SELECT_LABELS,
    SELECT_LABELS_BEHIND,
    UPDATE_LABELLED,
    Label,
    Renamed,
    rename_label,
    select_labels,
)
from todo_api.storage.lists import insert_list
from todo_api.storage.schema import lists, task_labels
from todo_api.storage.schema import tasks as tasks_table
from todo_api.storage.tasks import insert_task, update_task
from todo_api.storage.transfer import insert_tasks
from todo_api.storage.usage import TEXT_SIZE
from todo_api.storage.users import delete_user

MANY = 3000


def assert_found_as_stored(database: Database, list_id: int) -> None:
    """Assert that the index has just the labels that tasks have, and that texts are counted."""
    with database.snapshot() as db:
        stored = {(label, task.id) for task in select_tasks(db, list_id) for label in task.labels}
        own = task_labels.c.list_id == list_id
        indexed = db.all(select(task_labels.c.label, task_labels.c.task_id).where(own))
        assert {tuple(row) for row in indexed} == stored
        sizes = db.all(select(TEXT_SIZE).where(tasks_table.c.list_id == list_id))
        counted = db.scalar(select(lists.c.stored_text).where(lists.c.id == list_id))
        assert counted == sum(size for (size,) in sizes)


def test_pieces_make_a_whole(
    database: Database, miguel: int, susan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 3)
    given = [["old"], ["old", "new"], ["other"], ["old", "other"]] * 4
    with database.transaction() as db:
        for list_id in (miguel, susan):
            new = prepare_tasks({"title": "Read", "labels": labels} for labels in given)
            insert_tasks(db, list_id, new)
        before = state_of(db, miguel).version
        assert rename_label(db, [miguel], "old", "new") == Renamed(12, more=False)
        after = select_tasks(db, miguel)
        renamed = [sorted({*labels, "new"} - {"old"}) for labels in given if "old" in labels]
        changed = [task for task in after if task.version > before]
        assert [task.labels for task in changed] == renamed
        assert [task.version for task in changed] == list(range(before + 1, before + 13))
        assert state_of(db, miguel).version == before + 12
        assert [task.labels for task in select_tasks(db, susan)] == [*map(sorted, given)]
    for list_id in (miguel, susan):
        assert_found_as_stored(database, list_id)


@pytest.mark.parametrize(
    ("most", "renamed", "more"),
    [(1, [1], True), (2, [2], True), (3, [2, 1], True), (4, [2, 2], False), (9, [2, 2], False)],
)
def test_several_lists_are_renamed_one_after_the_other(
    database: Database,
    miguels_account: UserRow,
    most: int,
    renamed: list[int],
    more: bool,  # noqa: FBT001 - whether there is
) -> None:
    ids = [miguels_account.list_id]
    with database.transaction() as db:
        ids += [insert_list(db, miguels_account.id) for _ in range(2)]
        ids.sort()
        first, empty, last = ids
        for list_id in (first, last, last, first):
            insert_task(db, list_id, {"title": "Read", "labels": ["old"]})
        outcome = rename_label(db, {last, empty, first}, "old", "new", most=most)
        assert outcome == Renamed(sum(renamed), more=more)
        found = [
            sum(task.labels == ["new"] for task in select_tasks(db, list_id))
            for list_id in (first, last)
        ]
        assert [number for number in found if number] == renamed
        counts = [("new", sum(renamed)), ("old", 4 - sum(renamed))]
        assert select_labels(db, *ids, limit=9).found == [one for one in counts if one[1]]
    for list_id in ids:
        assert_found_as_stored(database, list_id)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_labels_of_several_lists_are_counted_together_in_one_order(
    database: Database, miguels_account: UserRow, limit: int
) -> None:
    ids = [miguels_account.list_id]
    counted: Counter[str] = Counter()
    with database.transaction() as db:
        ids += [insert_list(db, miguels_account.id) for _ in range(3)]
        for place, list_id in enumerate(ids[:3]):
            for number in range(12):
                labels = sorted({f"l{number % (5 * place + 2)}", "é", f"own{place}"})
                insert_task(db, list_id, {"title": "Read", "labels": labels})
                counted.update(labels)
    found: list[Label] = []
    with database.snapshot() as db:
        page = select_labels(db, *ids, limit=limit)
        found += page.found
        while page.more:
            assert len(page.found) == limit
            page = select_labels(db, *ids, after=found[-1].name, limit=limit)
            found += page.found
    assert found == sorted(counted.items())


@pytest.mark.parametrize(
    ("most", "expected"),
    [(1, Renamed(1, more=True)), (4, Renamed(4, more=True)), (5, Renamed(5, more=False))],
)
def test_so_many_are_renamed_at_once_those_with_the_lowest_ids(
    database: Database,
    miguel: int,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    expected: Renamed,
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    with database.transaction() as db:
        for _ in range(5):
            insert_task(db, miguel, {"title": "Read", "labels": ["old"]})
        assert rename_label(db, [miguel], "old", "new", most=most) == expected
        with_new = [task.id for task in select_tasks(db, miguel) if task.labels == ["new"]]
        assert with_new == list(range(1, most + 1))
    assert_found_as_stored(database, miguel)


def test_a_longer_name_has_to_fit_and_a_shorter_one_always_does(
    database: Database, miguel: int
) -> None:
    with database.transaction() as db:
        for _ in range(3):
            insert_task(db, miguel, {"title": "Read", "labels": ["old"]})
        used = db.scalar(select(lists.c.stored_text).where(lists.c.id == miguel))

    def rename(name: str, new_name: str, most: int) -> Renamed:
        with database.transaction() as db:
            return rename_label(db, [miguel], name, new_name, quotas=Quotas(text=most))

    with pytest.raises(QuotaMetError):
        rename("old", "older", used + 5)
    assert_found_as_stored(database, miguel)
    with database.snapshot() as db:
        assert select_labels(db, miguel, after=None, limit=9).found == [("old", 3)]
    assert rename("old", "older", used + 6) == Renamed(3, more=False)
    assert rename("older", "o", 1) == Renamed(3, more=False)
    assert_found_as_stored(database, miguel)


def test_whoever_renames_and_whoever_labels_do_not_undo_each_other(
    database: Database, miguel: int
) -> None:
    with database.transaction() as db:
        for number in range(40):
            insert_task(db, miguel, {"title": "Read", "labels": ["a", f"own{number}"]})

    def rename(name: str, new_name: str) -> None:
        for _ in range(5):
            database.retrying(partial(renamed, name, new_name))

    def renamed(name: str, new_name: str) -> Renamed:
        with database.transaction() as db:
            return rename_label(db, [miguel], name, new_name)

    def label(first: int) -> None:
        for number in range(first, 41, 4):
            database.retrying(partial(labelled, number))

    def labelled(number: int) -> None:
        with database.transaction() as db:
            update_task(db, miguel, number, {"description": str(number)})
            own = f"own{number - 1}"
            update_task(db, miguel, number, {"labels": ["a", "seen", own]})

    with ThreadPoolExecutor(6) as pool:
        working = [
            pool.submit(rename, "a", "b"),
            pool.submit(rename, "b", "a"),
            *(pool.submit(label, first) for first in range(1, 5)),
        ]
        for work in working:
            work.result(120)
    assert_found_as_stored(database, miguel)
    with database.snapshot() as db:
        for task in select_tasks(db, miguel):
            assert {"seen", f"own{task.id - 1}"} < {*task.labels}
            assert len({"a", "b"} & {*task.labels}) >= 1


def test_a_list_that_is_gone_is_not_renamed(database: Database, miguels_account: UserRow) -> None:
    with database.transaction() as db:
        insert_task(db, miguels_account.list_id, {"title": "Read", "labels": ["old"]})
        delete_user(db, miguels_account.id)

    def rename() -> None:
        with database.transaction() as db:
            rename_label(db, [miguels_account.list_id], "old", "new")

    with pytest.raises(UserGoneError):
        rename()


@pytest.fixture
def many(database: Database, miguel: int) -> int:
    """Return a list with so many labels that an engine uses an index, if there is one."""
    with database.transaction() as db:
        labels = [[f"l{number % 300}", f"m{number % 7}"] for number in range(MANY)]
        new = prepare_tasks({"title": "Read", "labels": each} for each in labels)
        insert_tasks(db, miguel, new)
        db.execute(text("ANALYZE"))
    return miguel


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(SELECT_LABELS, id="list"),
        pytest.param(SELECT_LABELS_BEHIND, id="following page"),
        pytest.param(SELECT_LABELLED, id="tasks of one"),
        pytest.param(UPDATE_LABELLED, id="change of one"),
        pytest.param(DELETE_FROM_INDEX, id="deletion from the index"),
    ],
)
def test_labels_and_their_tasks_are_found_by_keys_alone(
    database: Database, many: int, statement: Statement
) -> None:
    values = {"in_list": many, "after": "l1", "limit": 21, "name": "l2", "last": 900}
    values |= {"task_id": 900, "labels": [], "version": 1, "updated_at": times.now()}
    with database.snapshot() as db:
        plan = explained(db, statement, values)
    for slow in ("Sort", "TEMP B-TREE", "Seq Scan", "SCAN"):
        assert slow not in plan, plan
