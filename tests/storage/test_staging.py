"""Imports that are inserted piece by piece: certain from the first transaction on."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.support.rows import changes_of, select_tasks, state_of
from todo_api.storage import (
    UNLIMITED,
    Connection,
    Database,
    ImportUnderWayError,
    Parent,
    QuotaMetError,
    Quotas,
    TaskRow,
    UserGoneError,
    UserRow,
    begin_import,
    delete_task,
    insert_piece,
    insert_some_piece,
    lock_for_import,
    prepare_import,
    prepare_tasks,
)
from todo_api.storage.staging import PIECE_TASKS, PIECE_WORDS
from todo_api.storage.tasks import insert_task
from todo_api.storage.transfer import insert_tasks
from todo_api.storage.users import delete_user
from todo_api.sweeping import Sweeper

MANY = 2 * PIECE_TASKS + 5
TASKS: list[dict[str, Any]] = [
    {"title": f"Read page {number}", "labels": ["book"], "uid": f"page-{number}"}
    for number in range(MANY)
]

Stage = Callable[..., None]


@pytest.fixture
def stage(database: Database, miguels_account: UserRow) -> Stage:
    """Return what stages tasks for the user's own list, but for those at some places."""

    def stage_them(
        given: Sequence[dict[str, Any]] = TASKS,
        left_out: Sequence[int] = (),
        quotas: Quotas = UNLIMITED,
    ) -> None:
        prepared = prepare_import(given)
        places = [place for place in range(len(given)) if place not in left_out]
        with database.transaction() as db:
            list_id = miguels_account.list_id
            lock_for_import(db, list_id)
            begin_import(db, list_id, prepared, places, by=miguels_account.id, quotas=quotas)

    return stage_them


def insert_all(database: Database, list_id: int) -> int:
    """Insert all pieces; return how many."""
    pieces = 0
    while True:
        with database.transaction() as db:
            if not insert_piece(db, list_id):
                return pieces
        pieces += 1


def titles(db: Connection, list_id: int) -> list[str]:
    return [task.title for task in select_tasks(db, list_id)]


def test_few_tasks_are_no_pieces() -> None:
    assert prepare_import(TASKS[:PIECE_TASKS]).pieces == []
    assert [piece.size for piece in prepare_import(TASKS).pieces] == [PIECE_TASKS, PIECE_TASKS, 5]


def test_tasks_with_many_words_are_small_pieces() -> None:
    words = " ".join(f"w{number}" for number in range(PIECE_WORDS // 2))
    prepared = prepare_import([{"title": "Read", "description": words}] * 3)
    assert [piece.size for piece in prepared.pieces] == [1, 1, 1]


def test_piece_after_piece_is_inserted_in_the_order_of_the_file(
    database: Database, miguel: int, stage: Stage
) -> None:
    with database.snapshot() as db:
        since = changes_of(db, miguel).reached
    stage()
    with database.snapshot() as db:
        assert titles(db, miguel) == []
    with database.transaction() as db:
        assert insert_piece(db, miguel) == 1
        insert_task(db, miguel, {"title": "In between"})
    assert insert_all(database, miguel) == 2
    expected = [task["title"] for task in TASKS]
    with database.snapshot() as db:
        assert titles(db, miguel) == [*expected, "In between"]
        assert state_of(db, miguel).tasks == MANY + 1
        told = changes_of(db, miguel, since, limit=1000).found
    changed = [task for task in told if isinstance(task, TaskRow)]
    versions = [task.version for task in changed]
    assert versions == sorted(set(versions))
    assert [task.title for task in changed] == [
        *expected[:PIECE_TASKS],
        "In between",
        *expected[PIECE_TASKS:],
    ]


def test_what_is_staged_is_stored_as_if_it_came_at_once(
    database: Database, miguel: int, susan: int, stage: Stage
) -> None:
    stage()
    insert_all(database, miguel)
    with database.transaction() as db:
        insert_tasks(db, susan, prepare_tasks(TASKS))
    with database.snapshot() as db:
        staged, whole = select_tasks(db, miguel), select_tasks(db, susan)
    apart = ("id", "version", "created_by", "created_at", "updated_at")
    for one, other in zip(staged, whole, strict=True):
        assert one._replace(**{name: getattr(other, name) for name in apart}) == other


def test_what_the_list_has_already_is_left_out(
    database: Database, miguel: int, stage: Stage
) -> None:
    known = [0, PIECE_TASKS - 1, *range(2 * PIECE_TASKS, MANY)]
    stage(left_out=known)
    assert insert_all(database, miguel) == 2
    with database.snapshot() as db:
        rows = select_tasks(db, miguel)
        assert state_of(db, miguel).tasks == len(rows)
    assert [row.title for row in rows] == [
        task["title"] for place, task in enumerate(TASKS) if place not in known
    ]
    assert [row.id for row in rows] == list(range(rows[0].id, rows[0].id + len(rows)))


def test_its_part_of_the_quota_is_taken_at_once(
    database: Database, miguel: int, stage: Stage
) -> None:
    with pytest.raises(QuotaMetError):
        stage(quotas=Quotas(tasks=MANY - 1))
    with database.transaction() as db:
        lock_for_import(db, miguel)  # nothing has been staged
    stage(quotas=Quotas(tasks=MANY))
    with pytest.raises(QuotaMetError), database.transaction() as db:
        insert_task(db, miguel, {"title": "One more"}, quotas=Quotas(tasks=MANY))


def test_another_import_comes_after_it(database: Database, miguel: int, stage: Stage) -> None:
    stage()
    with pytest.raises(ImportUnderWayError):
        stage()
    insert_all(database, miguel)
    stage(left_out=range(MANY))


def test_what_came_back_from_the_trash_meanwhile_keeps_its_uid(
    database: Database, miguel: int, stage: Stage
) -> None:
    stage()
    with database.transaction() as db:
        insert_tasks(db, miguel, prepare_tasks([{"title": "Back", "uid": "page-3"}]))
    insert_all(database, miguel)
    with database.snapshot() as db:
        assert len(titles(db, miguel)) == MANY + 1


def test_a_list_that_is_deleted_gets_nothing(
    database: Database, miguels_account: UserRow, miguel: int, stage: Stage
) -> None:
    stage()
    with database.transaction() as db:
        insert_piece(db, miguel)
        delete_task(db, miguel, select_tasks(db, miguel)[0].id, forget_before=timedelta(days=1))
        delete_user(db, miguels_account.id)
    with pytest.raises(UserGoneError), database.transaction() as db:
        insert_piece(db, miguel)
    with database.transaction() as db:
        assert insert_some_piece(db) == 0


def test_sweeping_finishes_what_was_interrupted(
    database: Database, miguel: int, stage: Stage
) -> None:
    stage()
    with database.transaction() as db:
        insert_piece(db, miguel)
    kept = timedelta(days=1)
    swept = Sweeper(database, answers_kept=kept, deletions_kept=kept).sweep()
    assert swept["pieces of interrupted imports"] == 2
    with database.snapshot() as db:
        assert len(titles(db, miguel)) == MANY


def parents_of(db: Connection, list_id: int) -> dict[str, str | None]:
    rows = select_tasks(db, list_id)
    names = {row.id: row.title for row in rows}
    return {row.title: names.get(row.parent_id or 0) for row in rows}


def test_tasks_of_different_pieces_are_parts_of_one_another(
    database: Database, miguels_account: UserRow, miguel: int
) -> None:
    with database.transaction() as db:
        there = insert_task(db, miguel, {"title": "There"})
    last = MANY - 1
    parents = {0: Parent(place=last), last: Parent(there.id), 1: Parent(place=0)}
    with database.transaction() as db:
        prepared, by = prepare_import(TASKS), miguels_account.id
        begin_import(db, miguel, prepared, range(MANY), parents=parents, by=by)
    insert_all(database, miguel)
    with database.snapshot() as db:
        found = parents_of(db, miguel)
    names = [task["title"] for task in TASKS]
    expected = {names[0]: names[last], names[last]: "There", names[1]: names[0]}
    assert {title: parent for title, parent in found.items() if parent} == expected


def test_whose_parent_is_deleted_meanwhile_is_on_the_top_level(
    database: Database, miguels_account: UserRow, miguel: int
) -> None:
    with database.transaction() as db:
        there = insert_task(db, miguel, {"title": "There"})
    parents = {0: Parent(there.id), MANY - 1: Parent(place=0)}
    with database.transaction() as db:
        prepared, by = prepare_import(TASKS), miguels_account.id
        begin_import(db, miguel, prepared, range(MANY), parents=parents, by=by)
    with database.transaction() as db:
        delete_task(db, miguel, there.id, forget_before=timedelta(days=1))
    with database.transaction() as db:
        insert_piece(db, miguel)
        first = select_tasks(db, miguel)[0]
        assert first.parent_id is None
        delete_task(db, miguel, first.id, forget_before=timedelta(days=1))
    insert_all(database, miguel)
    with database.snapshot() as db:
        assert not any(parents_of(db, miguel).values())
        assert not any(row.parent_id for row in select_tasks(db, miguel))
