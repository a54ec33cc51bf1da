"""The trash: found by its indexes, bounded, counted, and emptied piece by piece."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from tests.support.entries import entries_read
from tests.support.plans import explained
from tests.support.rows import KEPT, select_tasks, state_of
from todo_api.storage import (
    Database,
    QuotaMetError,
    Quotas,
    Removal,
    TaskMissingError,
    TaskRow,
    TooManyWordsError,
    UserGoneError,
    UserRow,
    WordBudget,
    delete_user,
    prepare_tasks,
)
from todo_api.storage import tombstones as module
from todo_api.storage import trash as trash_module
from todo_api.storage.engine import Statement
from todo_api.storage.lists import insert_list, list_of
from todo_api.storage.schema import deleted_tasks, lists, trash
from todo_api.storage.tasks import delete_task, insert_task, update_task
from todo_api.storage.tombstones import (
    DELETE_FIRST_DELETED,
    DELETE_FROM_TRASH,
    SELECT_FIRST_DELETED,
    forget_deletions,
    forget_some_deletions,
)
from todo_api.storage.transfer import insert_tasks
from todo_api.storage.trash import (
    SELECT_STATES,
    SELECT_TRASH,
    SELECT_TRASH_BEHIND,
    Trashed,
    remove_from_trash,
    restore_task,
    select_trash,
    select_trash_states,
)
from todo_api.storage.usage import text_size
from todo_api.times import FIRST

FUTURE = "2099-01-01T00:00:00.000000Z"
MANY = 1500
ADD_MORE = text(
    "INSERT INTO trash (list_id, task_id, change, deleted_at, content, size)"
    " SELECT list_id, task_id + i, change, '2030-01-01T' || (100000 + i),"
    " content, size FROM trash, generate_series(1, :many) AS i"
)
"""To the one task that is there."""


def fill(
    database: Database,
    list_id: int,
    many: int,
    *,
    title: str = "Read",
    quotas: Quotas | None = None,
) -> None:
    """Create tasks and delete them, each in a transaction of its own."""
    for _ in range(many):
        with database.transaction() as db:
            task = insert_task(db, list_id, {"title": title})
            delete_task(db, list_id, task.id, forget_before=KEPT, quotas=quotas or Quotas())


def ids(database: Database, list_id: int) -> list[int]:
    """Return the ids of what is in the trash, the last deleted first."""
    with database.snapshot() as db:
        found = select_trash(db, list_id, before=FIRST, limit=10_000).found
    return [trashed.task.id for trashed in found]


def assert_counted(database: Database, list_id: int) -> None:
    """Assert that what is in the list and in its trash is counted."""
    with database.snapshot() as db:
        listed = select_tasks(db, list_id)
        thrown_away = select_trash(db, list_id, before=FIRST, limit=10_000).found
        counts = (
            *(lists.c.stored_tasks, lists.c.stored_text),
            *(lists.c.trashed_tasks, lists.c.trashed_text),
        )
        counted = tuple(db.one(select(*counts).where(lists.c.id == list_id)))
        sizes = db.all(select(trash.c.task_id, trash.c.size).where(trash.c.list_id == list_id))
    stored = [text_size(task._asdict()) for task in listed]
    gone = {trashed.task.id: text_size(trashed.task._asdict()) for trashed in thrown_away}
    assert {row[0]: row[1] for row in sizes} == gone
    assert counted == (len(stored), sum(stored), len(gone), sum(gone.values()))


def test_a_restored_task_is_as_it_was_but_for_its_last_change(
    database: Database, miguel: int
) -> None:
    with database.transaction() as db:
        given = {"title": "Read", "labels": ["b", "a"], "due": "2026-11-30", "priority": 2}
        insert_task(db, miguel, given)
        task = update_task(db, miguel, 1, {"done": True}).new
        delete_task(db, miguel, 1, forget_before=KEPT)
        deletion = state_of(db, miguel).version
        [trashed] = select_trash(db, miguel, before=FIRST, limit=9).found
        assert trashed.task == task._replace(version=deletion)
        restored = restore_task(db, miguel, 1, before=FIRST)
        assert restored.version == state_of(db, miguel).version == deletion + 1
        assert restored.updated_at >= trashed.deleted_at
        assert restored == task._replace(version=restored.version, updated_at=restored.updated_at)
        assert select_tasks(db, miguel) == [restored]
        assert db.scalar(select(func.count()).select_from(deleted_tasks)) == 0
    assert_counted(database, miguel)


def test_a_task_of_an_earlier_program_can_be_restored(database: Database, miguel: int) -> None:
    fill(database, miguel, 1)
    with database.transaction() as db:
        content = '{"title":"Read","uid":null,"created_at":"2026","updated_at":"2026","hue":7'
        content += ',"completed_at":null}'
        db.execute(text("UPDATE trash SET content = :content"), {"content": content})
        restored = restore_task(db, miguel, 1, before=FIRST)
    assert restored[1:6] == ("Read", "", False, None, 0)
    assert list(restored.labels) == []


def test_of_two_who_restore_a_task_both_get_it_once(database: Database, miguel: int) -> None:
    fill(database, miguel, 1)
    together = Barrier(2)

    def restored() -> TaskRow:
        with database.transaction() as db:
            return restore_task(db, miguel, 1, before=FIRST)

    def restore(_: int) -> TaskRow:
        together.wait()
        return database.retrying(restored)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(restore, range(2))
    assert one == other
    with database.snapshot() as db:
        assert state_of(db, miguel).version == one.version
    assert_counted(database, miguel)


def test_what_is_refused_stays_in_the_trash(database: Database, miguel: int) -> None:
    fill(database, miguel, 1, title="one two three")

    def restore(task_id: int, **bounds: object) -> None:
        with database.transaction() as db:
            restore_task(db, miguel, task_id, before=FIRST, **bounds)  # type: ignore[arg-type]

    with pytest.raises(QuotaMetError):
        restore(1, quotas=Quotas(text=14))
    with pytest.raises(TooManyWordsError):
        restore(1, budget=WordBudget(2))
    with pytest.raises(TaskMissingError):
        restore(2)
    assert ids(database, miguel) == [1]
    assert_counted(database, miguel)


@pytest.mark.parametrize(
    ("quotas", "left"),
    [
        (Quotas(), [6, 5, 4, 3, 2, 1]),
        (Quotas(tasks=6), [6, 5, 4, 3, 2, 1]),
        (Quotas(tasks=5), [6, 5, 4, 3, 2]),
        (Quotas(tasks=1), [6]),
        (Quotas(text=36), [6, 5, 4, 3, 2, 1]),
        (Quotas(text=35), [6, 5, 4, 3, 2]),
        (Quotas(tasks=4, text=13), [6, 5]),
        (Quotas(text=1), [6]),
    ],
)
def test_what_was_deleted_first_goes_first_where_the_trash_is_full(
    database: Database, miguel: int, quotas: Quotas, left: list[int]
) -> None:
    fill(database, miguel, 6, quotas=quotas)
    assert ids(database, miguel) == left
    assert_counted(database, miguel)
    with database.snapshot() as db:  # copies are told of all
        assert db.scalar(select(func.count()).select_from(deleted_tasks)) == 6


def test_one_deletion_makes_room_only_so_far(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_OUSTED", 3)
    fill(database, miguel, 8)
    fill(database, miguel, 1, quotas=Quotas(tasks=2))
    assert ids(database, miguel) == [9, 8, 7, 6, 5, 4]
    fill(database, miguel, 2, quotas=Quotas(tasks=2))
    assert ids(database, miguel) == [11, 10]
    assert_counted(database, miguel)


def test_it_is_emptied_in_pieces_up_to_what_was_there(
    database: Database, miguel: int, susan: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash_module, "PIECE", 3)
    fill(database, miguel, 7)
    fill(database, susan, 1)
    with database.snapshot() as db:
        until = state_of(db, miguel).version
    fill(database, miguel, 2)
    left = []
    for expected in (3, 3, 1, 0):
        with database.transaction() as db:
            assert remove_from_trash(db, miguel, until=until) == expected
        left.append(ids(database, miguel))
        assert_counted(database, miguel)
    assert left == [[9, 8, 7, 6, 5, 4], [9, 8, 7], [9, 8], [9, 8]]
    assert len(ids(database, susan)) == 1


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize("counted", [False, True], ids=["uncounted", "counted"])
def test_to_empty_it_piece_by_piece_reads_little_more_than_goes(
    database: Database,
    miguel: int,
    counted: bool,  # noqa: FBT001 - a parameter
) -> None:
    """However much there is, and whether the planner has counted it or has not come to it yet."""
    fill(database, miguel, 1)
    with database.migration() as (_, db):
        db.execute(ADD_MORE, {"many": 5 * trash_module.PIECE})
        if counted:
            db.execute(text("ANALYZE"))
    with database.transaction() as db:
        before = entries_read(db)
        gone = remove_from_trash(db, miguel, until=state_of(db, miguel).version)
        read = entries_read(db) - before
    assert gone == trash_module.PIECE
    assert read < 2.5 * gone


def test_what_has_expired_is_shown_to_nobody_and_goes_with_its_tombstone(
    database: Database, miguel: int, susan: int
) -> None:
    fill(database, miguel, 5)
    fill(database, susan, 1)
    with database.transaction() as db:
        at = db.scalar(select(trash.c.deleted_at).where(trash.c.task_id == 4))
        page = select_trash(db, miguel, before=at, limit=9)
        assert [trashed.task.id for trashed in page.found] == [5, 4]
        with pytest.raises(TaskMissingError):
            restore_task(db, miguel, 3, before=at)
        assert forget_deletions(db, miguel, before=at, most=2) == 2
    assert ids(database, miguel) == [5, 4, 3]
    assert_counted(database, miguel)
    with database.transaction() as db:
        while forget_some_deletions(db, before=FUTURE):
            pass
        assert db.scalar(select(func.count()).select_from(trash)) == 0
    for list_id in (miguel, susan):
        assert_counted(database, list_id)


def test_what_was_in_the_trash_of_a_deleted_user_is_removed(
    database: Database, miguels_account: UserRow, susan: int
) -> None:
    fill(database, miguels_account.list_id, 3)
    fill(database, susan, 1)
    with database.transaction() as db:
        delete_user(db, miguels_account.id)
        removal = Removal()
        while removal.remove_some_piece(db):
            pass
        assert [row[0] for row in db.all(select(trash.c.list_id))] == [susan]

    def restore() -> None:
        with database.transaction() as db:
            restore_task(db, miguels_account.list_id, 1, before=FIRST)

    with pytest.raises(UserGoneError):
        restore()


def test_the_trash_of_several_lists_is_read_as_one(
    database: Database, miguels_account: UserRow, susan: int
) -> None:
    with database.transaction() as db:
        others = [insert_list(db, miguels_account.id) for _ in range(2)]
    own = [miguels_account.list_id, *others]
    order = [own[0], own[1], own[1], own[0], own[1], own[1], own[1], own[2]]
    for list_id in order:
        fill(database, list_id, 1)
    fill(database, susan, 1)
    with database.snapshot() as db:
        for limit in (1, 2, 3, 7, 8, 9):
            found: list[Trashed] = []
            page = select_trash(db, *own, before=FIRST, limit=limit)
            while True:
                found += page.found
                if not page.more:
                    break
                assert len(page.found) == limit
                last = found[-1]
                behind = (last.deleted_at, last.task.id)
                page = select_trash(db, *own, before=FIRST, after=behind, limit=limit)
            assert [list_of(trashed.task.id) for trashed in found] == order[::-1], limit
        states = select_trash_states(db, miguels_account.id, before=FIRST)
        assert {state.id: state.tasks for state in states} == dict(Counter(order))
        [one] = select_trash_states(db, miguels_account.id, [own[1], susan], before=FIRST)
        assert (one.id, one.tasks) == (own[1], 5)
        nothing = select_trash_states(db, miguels_account.id, before=FUTURE)
        assert [state.oldest for state in nothing] == [None] * 3


def test_all_lists_of_a_user_share_the_room_in_the_trash(
    database: Database, miguels_account: UserRow, susan: int
) -> None:
    with database.transaction() as db:
        other = insert_list(db, miguels_account.id)
    own = miguels_account.list_id
    fill(database, susan, 3)
    fill(database, own, 3)
    fill(database, other, 1, quotas=Quotas(tasks=5))
    fill(database, other, 3, quotas=Quotas(tasks=5))
    assert (len(ids(database, own)), len(ids(database, other))) == (3, 2)
    fill(database, own, 1, quotas=Quotas(tasks=5))
    assert (len(ids(database, own)), len(ids(database, other))) == (3, 2)
    for list_id in (own, other, susan):
        assert_counted(database, list_id)


@pytest.fixture
def many(database: Database, miguel: int) -> int:
    """Return a list with so much in its trash that an engine uses an index, if there is one."""
    with database.transaction() as db:
        insert_tasks(db, miguel, prepare_tasks({"title": "Read"} for _ in range(MANY)))
        for number in range(1, MANY + 1):
            delete_task(db, miguel, number, forget_before=KEPT)
        db.execute(text("ANALYZE"))
    return miguel


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(SELECT_TRASH, id="page"),
        pytest.param(SELECT_TRASH_BEHIND, id="following page"),
        pytest.param(SELECT_FIRST_DELETED, id="first deleted"),
        pytest.param(DELETE_FIRST_DELETED, id="room"),
        pytest.param(DELETE_FROM_TRASH, id="expired"),
    ],
)
def test_it_is_read_in_the_order_of_its_index(
    database: Database, many: int, statement: Statement
) -> None:
    with database.snapshot() as db:
        at = db.scalar(select(trash.c.deleted_at).where(trash.c.task_id == 20))
        values: dict[str, object] = {"in_list": many, "before": FIRST, "limit": 21, "most": 20}
        values |= {"after_at": at, "after_id": 20, "last_at": at, "last_id": 20, "until_at": at}
        values |= {"task_id": 20, "until": 2**62}
        plan = explained(db, statement, values)
    for slow in ("Sort", "TEMP B-TREE", "Seq Scan", "SCAN"):
        assert slow not in plan, plan


def test_the_oldest_is_found_by_the_index(
    database: Database, miguels_account: UserRow, many: int
) -> None:
    assert many == miguels_account.list_id
    with database.snapshot() as db:
        values: dict[str, object] = {"user_id": miguels_account.id, "before": FIRST}
        assert "trash_deleted" in explained(db, SELECT_STATES, values)
