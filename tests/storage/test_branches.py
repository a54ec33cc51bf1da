"""Branches: found level by level by their indexes, and bounded."""

from datetime import timedelta

import pytest

from tests.support.plans import explained
from tests.support.rows import state_of
from todo_api.storage import Database, UserRow, prepare_tasks
from todo_api.storage import branches as module
from todo_api.storage.branches import SELECT_BRANCH, SELECT_LEVELS, select_branch, select_levels
from todo_api.storage.engine import Statement
from todo_api.storage.errors import BranchTooLargeError
from todo_api.storage.listing import select_page
from todo_api.storage.lists import id_before
from todo_api.storage.tasks import delete_task
from todo_api.storage.transfer import Parent, insert_tasks
from todo_api.storage.trash import SELECT_BRANCH as SELECT_BRANCH_IN_TRASH
from todo_api.storage.trash import restore_task, select_trash
from todo_api.times import FIRST

MANY = 900
AGES = timedelta(days=100_000)


@pytest.fixture
def wide(database: Database, miguels_account: UserRow) -> int:
    """Return the id of a task with many below it, on two levels."""
    list_id = miguels_account.list_id
    parents = {place: Parent(place=0 if place % 2 else place - 1) for place in range(1, MANY)}
    with database.transaction() as db:
        tasks = prepare_tasks({"title": f"Part {number}"} for number in range(MANY))
        insert_tasks(db, list_id, tasks, parents=parents)
    with database.transaction() as db:
        db.driver.execute("ANALYZE")
    return id_before(list_id) + 1


def test_levels_are_counted(database: Database, miguel: int, wide: int) -> None:
    with database.snapshot() as db:
        assert select_levels(db, miguel, [wide, wide + 1, wide + 2, wide + MANY]) == {
            wide: 1,
            wide + 1: 2,
            wide + 2: 3,
        }
        branch = select_branch(db, miguel, wide)
        assert len(branch) == MANY
        assert {level: [*branch.values()].count(level) for level in (1, 2, 3)} == {
            1: 1,
            2: MANY // 2,
            3: MANY // 2 - 1,
        }


def test_a_branch_is_read_as_far_as_it_may_go(
    database: Database, miguel: int, wide: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IN_BRANCH", 10)
    with database.snapshot() as db, pytest.raises(BranchTooLargeError):
        select_branch(db, miguel, wide)


def test_a_branch_goes_and_comes_back(database: Database, miguel: int, wide: int) -> None:
    with database.transaction() as db:
        delete_task(db, miguel, wide, forget_before=AGES)
    with database.transaction() as db:
        assert select_page(db, state_of(db, miguel), limit=9).tasks == []
        assert len(select_trash(db, miguel, before=FIRST, limit=2 * MANY).found) == MANY
        restore_task(db, miguel, wide, before=FIRST)
    with database.snapshot() as db:
        assert len(select_branch(db, miguel, wide)) == MANY
        assert select_trash(db, miguel, before=FIRST, limit=1).found == []


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(SELECT_LEVELS, id="up"),
        pytest.param(SELECT_BRANCH, id="down"),
        pytest.param(SELECT_BRANCH_IN_TRASH, id="down in the trash"),
    ],
)
def test_relatives_are_found_by_an_index(
    database: Database, miguel: int, wide: int, statement: Statement
) -> None:
    with database.transaction() as db:
        delete_task(db, miguel, wide + 1, forget_before=AGES)
    values: dict[str, object] = {"in_list": miguel, "ids": f"[{wide}]", "task_id": wide}
    with database.snapshot() as db:
        if db.dialect.name == "postgresql":
            db.driver.execute("SET LOCAL enable_seqscan = off")  # as if there were many lists
        plan = explained(db, statement, {**values, "most": 9, "before": FIRST})
    for slow in ("Seq Scan on tasks", "Seq Scan on trash", "SCAN tasks", "SCAN trash", "SCAN rel"):
        assert slow not in plan, plan
