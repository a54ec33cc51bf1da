"""Changes: strictly in order, without gaps, found by an index, and forgotten in time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.support.plans import explained
from tests.support.rows import KEPT, changes_of, select_tasks, state_of
from todo_api.storage import (
    Connection,
    Database,
    DeletionsForgottenError,
    TaskMissingError,
    TaskRow,
    UserGoneError,
    UserRow,
)
from todo_api.storage.changes import (
    SELECT_CHANGED,
    SELECT_DELETED,
    Deletion,
    Point,
)
from todo_api.storage.engine import Statement
from todo_api.storage.lists import id_before
from todo_api.storage.schema import deleted_tasks, tasks
from todo_api.storage.tasks import (
    INSERT_TASK,
    delete_task,
    insert_task,
    select_task,
    update_task,
)
from todo_api.storage.tombstones import (
    FORGOTTEN_AT_ONCE,
    INSERT_TOMBSTONE,
    SELECT_EXPIRED,
    forget_deletions,
)
from todo_api.storage.users import delete_user, insert_user

PAST, FUTURE = "2001-01-01T00:00:00.000000Z", "2099-01-01T00:00:00.000000Z"


class Copy:
    """A copy of a user's tasks."""

    def __init__(self, database: Database, list_id: int) -> None:
        """Begin empty."""
        self.database, self.list_id = database, list_id
        self.tasks: dict[int, TaskRow] = {}
        self.numbers: list[int] = []
        self.since: Point | None = None

    def follow(self, limit: int) -> bool:
        """Apply one page; tell whether there is more."""
        with self.database.snapshot() as db:
            found, self.since, more = changes_of(db, self.list_id, self.since, limit=limit)
        for change in found:
            if isinstance(change, Deletion):
                self.tasks.pop(change.id, None)
            else:
                self.tasks[change.id] = change
        self.numbers += [change.version for change in found]
        return more


Step = tuple[Literal["create", "update", "delete"], int]
STEPS = st.tuples(st.sampled_from(["create", "update", "delete"]), st.integers(1, 8))


def write(database: Database, list_id: int, steps: list[Step]) -> None:
    """Do what a script says, each step in a transaction; what is missing already may be."""
    before = id_before(list_id)
    for verb, task in steps:
        with suppress(TaskMissingError), database.transaction() as db:
            match verb:
                case "create":
                    insert_task(db, list_id, {"title": "New"})
                case "update":
                    update_task(db, list_id, before + task, {"done": True})
                case "delete":
                    delete_task(db, list_id, before + task, forget_before=KEPT)


@pytest.fixture
def newcomers(database: Database) -> Iterator[int]:
    """Lists without tasks, one after the other."""

    def register(number: int) -> int:
        with database.transaction() as db:
            name = f"user{number}"
            user = insert_user(db, username=name, email=None, password_hash="python")
            return user.list_id

    return map(register, count())


def test_whoever_follows_while_others_write_has_the_list(
    database: Database, newcomers: Iterator[int]
) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        before=st.lists(STEPS, max_size=8),
        scripts=st.lists(st.lists(STEPS, min_size=3, max_size=12), min_size=2, max_size=3),
        limit=st.integers(1, 4),
    )
    def check(before: list[Step], scripts: list[list[Step]], limit: int) -> None:
        user = next(newcomers)
        write(database, user, before)
        copy = Copy(database, user)
        with ThreadPoolExecutor(len(scripts)) as pool:
            writing = [pool.submit(write, database, user, steps) for steps in scripts]
            while wait(writing, timeout=0).not_done:
                copy.follow(limit)
        for done in writing:
            done.result()
        while copy.follow(limit):
            pass
        with database.snapshot() as db:
            assert sorted(copy.tasks.values()) == select_tasks(db, user)
        assert copy.numbers == sorted(set(copy.numbers))

    check()


@pytest.fixture
def deleted(database: Database, miguel: int) -> int:
    """Return the number of the change before which more tasks were deleted than go at once."""
    with database.transaction() as db:
        for task in range(1, FORGOTTEN_AT_ONCE + 6):
            insert_task(db, miguel, {"title": "Pass"})
            delete_task(db, miguel, task, forget_before=KEPT)
        return state_of(db, miguel).version


def tombstones(db: Connection) -> list[int]:
    """Return the tasks whose deletion is remembered."""
    in_order = select(deleted_tasks.c.task_id).order_by(deleted_tasks.c.version)
    return [task_id for (task_id,) in db.all(in_order)]


def test_old_deletions_are_forgotten_some_at_a_time(
    database: Database, miguel: int, deleted: int
) -> None:
    with database.transaction() as db:
        forget_deletions(db, miguel, before=FUTURE)
        assert tombstones(db) == list(range(FORGOTTEN_AT_ONCE + 1, FORGOTTEN_AT_ONCE + 6))
        forget_deletions(db, miguel, before=FUTURE)
        assert tombstones(db) == []
        forget_deletions(db, miguel, before=FUTURE)
        assert changes_of(db, miguel, Point(deleted, deleted)).found == []


def test_a_deletion_forgets_what_is_older_than_it_has_to_be_remembered(
    database: Database, miguel: int, deleted: int
) -> None:
    with database.transaction() as db:
        last = insert_task(db, miguel, {"title": "Pass"})
        delete_task(db, miguel, last.id, forget_before=timedelta(days=-1))
        assert tombstones(db) == [*range(FORGOTTEN_AT_ONCE + 1, FORGOTTEN_AT_ONCE + 6), last.id]
        point = deleted - 2 * 5
        assert changes_of(db, miguel, Point(point, point), before=PAST)
        with pytest.raises(DeletionsForgottenError):
            changes_of(db, miguel, Point(point - 1, point - 1), before=PAST)


def test_recent_deletions_are_not_forgotten(database: Database, miguel: int, deleted: int) -> None:
    with database.transaction() as db:
        before = tombstones(db)
        forget_deletions(db, miguel, before=PAST)
        assert tombstones(db) == before
        assert changes_of(db, miguel, Point(deleted - 2, deleted - 2)).found[-1].version == deleted


def test_a_point_is_good_from_the_last_forgotten_deletion_on(
    database: Database, miguel: int, deleted: int
) -> None:
    last = deleted - 2 * 5  # each task came and went
    with database.transaction() as db:
        forget_deletions(db, miguel, before=FUTURE)
        assert len(changes_of(db, miguel, Point(last, last)).found) == 5
        with pytest.raises(DeletionsForgottenError):
            changes_of(db, miguel, Point(last - 1, last - 1))


def test_a_point_that_a_restored_database_has_not_reached_is_refused(
    database: Database, miguel: int, deleted: int
) -> None:
    with database.snapshot() as db, pytest.raises(DeletionsForgottenError):
        changes_of(db, miguel, Point(deleted + 1, deleted + 1))


def test_a_lists_deletions_are_forgotten_for_that_list_alone(
    database: Database, miguel: int, susan: int, deleted: int
) -> None:
    with database.transaction() as db:
        passed = insert_task(db, susan, {"title": "Pass"})
        delete_task(db, susan, passed.id, forget_before=KEPT)
        before = tombstones(db)
        forget_deletions(db, susan, before=PAST)
        assert tombstones(db) == before
        forget_deletions(db, susan, before=FUTURE)
        assert len(tombstones(db)) == len(before) - 1
        assert changes_of(db, miguel, Point(deleted - 2, deleted - 2)).found[-1].version == deleted


def test_a_user_deleted_meanwhile_has_no_changes(
    database: Database, miguels_account: UserRow
) -> None:
    with database.transaction() as db:
        delete_user(db, miguels_account.id)
    with database.snapshot() as db, pytest.raises(UserGoneError):
        changes_of(db, miguels_account.list_id, None)


MANY = 3000


@pytest.fixture
def many(database: Database, miguel: int) -> int:
    """Return a list with so many changes that an engine uses an index, if there is one."""
    with database.transaction() as db:
        insert_task(db, miguel, {"title": "Model"})
        model = dict(zip(tasks.c.keys(), db.one(select(tasks)), strict=True))
        copies = [
            {**model, "id": number, "version": model["version"] + number}
            for number in range(2, MANY)
        ]
        db.execute_many(INSERT_TASK, copies)
        gone = {"list_id": miguel, "deleted_at": model["created_at"]}
        graves = [
            {**gone, "task_id": number, "version": model["version"] + number}
            for number in range(MANY, 2 * MANY)
        ]
        db.execute_many(INSERT_TOMBSTONE, graves)
        db.execute(text("ANALYZE"))
    return miguel


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        pytest.param(SELECT_CHANGED, "tasks_change", id="changed"),
        pytest.param(SELECT_DELETED, "deleted_tasks_pkey", id="deleted"),
        pytest.param(SELECT_EXPIRED, "deleted_tasks_pkey", id="expired"),
    ],
)
def test_changes_are_found_by_an_index_and_come_in_its_order(
    database: Database, many: int, statement: Statement, index: str
) -> None:
    values = {"in_list": many, "after": 0, "limit": 51, "before": FUTURE, "most": 20}
    with database.snapshot() as db:
        plan = explained(db, statement, values)
    # SQLite calls the index that is the table itself its primary key.
    assert index in plan or "USING PRIMARY KEY" in plan, plan
    for slow in ("Sort", "TEMP B-TREE", "Seq Scan", "SCAN tasks", "SCAN deleted_tasks"):
        assert slow not in plan, plan


def test_the_number_of_a_change_is_that_of_the_task(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        insert_task(db, miguel, {"title": "Read"})
        insert_task(db, miguel, {"title": "Write"})
        updated = update_task(db, miguel, 1, {"done": True}).new
    with database.snapshot() as db:
        found, reached, more = changes_of(db, miguel, None)
        assert found == [select_task(db, miguel, 2), updated]
    assert reached == (updated.version, updated.version)
    assert not more
