"""Group commit: what writers who share a transaction owe to each other."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from tests.support.databases import SQLiteDatabases
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    TransactionLostError,
    UsernameTakenError,
)
from todo_api.storage.engine import group_commit
from todo_api.storage.schema import tasks as task_table
from todo_api.storage.tasks import insert_task
from todo_api.storage.users import insert_user, select_user

Work = Callable[[Connection], object]

# Inserts tasks by eight threads for the user 1 and prints the id of each one when it is stored.
WRITING_PROGRAM = r"""
import os, sys
from concurrent.futures import ThreadPoolExecutor
from todo_api.storage import Database
from todo_api.storage.tasks import insert_task

database = Database(sys.argv[1])

def insert(number):
    with database.transaction() as db:
        task = insert_task(db, 1, title="Task", description="", done=False)
    os.write(1, b"%d\n" % task.id)

with ThreadPoolExecutor(8) as pool:
    list(pool.map(insert, range(int(sys.argv[2]))))
"""


def stored_tasks(db: Connection, user_id: int) -> list[tuple[int, str]]:
    """Return id and title of each task of a user."""
    columns = select(task_table.c.id, task_table.c.title)
    rows = db.execute(columns.where(task_table.c.user_id == user_id).order_by(task_table.c.id))
    return [(row.id, row.title) for row in rows]


@pytest.fixture
def url(sqlite_databases: SQLiteDatabases) -> str:
    """Give a fresh, migrated database."""
    return sqlite_databases.fresh()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """Open it."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def commits() -> Iterator[list[str]]:
    """Collect the commits of all connections."""
    made: list[str] = []

    def note(_db: Connection) -> None:
        made.append("commit")

    event.listen(Engine, "commit", note)
    yield made
    event.remove(Engine, "commit", note)


def insert(db: Connection, user_id: int, title: str = "Task") -> int:
    return insert_task(db, user_id, title=title, description="", done=False).id


def titles(database: Database, user_id: int) -> list[str]:
    with database.snapshot() as db:
        return [title for _, title in stored_tasks(db, user_id)]


def run_as_one_group(database: Database, *works: Work) -> list[Future[object]]:
    """Let the works be members of one group in this order, each in a thread of its own.

    The first member's turn lasts until all others have queued behind it.
    """
    turn, queued = Event(), Event()

    def write(work: Work) -> object:
        with database.transaction() as db:
            turn.set()
            assert queued.wait(timeout=10)
            return work(db)

    with ThreadPoolExecutor(len(works)) as pool:
        members = []
        for work in works:
            members.append(pool.submit(write, work))
            assert turn.wait(timeout=10)
            time.sleep(0.03)  # for it to queue
        queued.set()
    return members


@pytest.fixture(autouse=True)
def _patient_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close no group just because this machine is slow at the moment."""
    monkeypatch.setattr(group_commit, "LONGEST", 10)


def test_many_threads_lose_nothing_and_count_without_a_gap(database: Database, miguel: int) -> None:
    def write(_number: int) -> int:
        with database.transaction() as db:
            return insert(db, miguel)

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(write, range(400)))
    assert sorted(ids) == list(range(1, 401))
    with database.snapshot() as db:
        assert [task_id for task_id, _ in stored_tasks(db, miguel)] == list(range(1, 401))


def test_writers_who_queue_are_committed_at_once(
    database: Database, miguel: int, commits: list[str]
) -> None:
    members = run_as_one_group(database, *[lambda db: insert(db, miguel)] * 8)
    assert [member.result() for member in members] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(commits) == 1


def test_under_load_there_are_fewer_commits_than_writers(
    database: Database, miguel: int, commits: list[str]
) -> None:
    def write(_number: int) -> None:
        with database.transaction() as db:
            insert(db, miguel)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(400)))
    assert len(commits) < 300


def test_a_writer_alone_commits_alone(database: Database, miguel: int, commits: list[str]) -> None:
    for _ in range(3):
        with database.transaction() as db:
            insert(db, miguel)
    assert len(commits) == 3


@pytest.mark.parametrize(("bound", "value"), [("MOST_MEMBERS", 2), ("LONGEST", 0)])
def test_a_group_is_bounded(
    database: Database,
    miguel: int,
    commits: list[str],
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    value: int,
) -> None:
    monkeypatch.setattr(group_commit, bound, value)
    members = run_as_one_group(database, *[lambda db: insert(db, miguel)] * 6)
    assert [member.result() for member in members] == [1, 2, 3, 4, 5, 6]
    assert len(commits) >= 3


def test_nothing_is_seen_and_nobody_returns_before_the_commit(
    database: Database, miguel: int
) -> None:
    first_is_done, entered = Event(), Event()

    def write_first() -> None:
        with database.transaction() as db:
            insert(db, miguel, "First")
            assert entered.wait(timeout=10)
            time.sleep(0.05)  # for the second one to queue
        first_is_done.set()

    def write_second() -> bool:
        entered.set()
        with database.transaction() as db:
            assert [title for _, title in stored_tasks(db, miguel)] == ["First"]
            assert titles(database, miguel) == []
            return first_is_done.wait(timeout=0.05)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(write_first)
        second = pool.submit(write_second)
        assert second.result() is False
        first.result()
    assert titles(database, miguel) == ["First"]


@pytest.mark.parametrize("failing", [0, 1, 3])
def test_an_exception_takes_back_the_work_of_one_member_alone(
    database: Database, miguel: int, failing: int
) -> None:
    def fail(db: Connection) -> None:
        insert(db, miguel, "Never")
        raise LookupError

    works: list[Work] = [lambda db: insert(db, miguel, "Kept")] * 3
    works.insert(failing, fail)
    members = run_as_one_group(database, *works)
    with pytest.raises(LookupError):
        members.pop(failing).result()
    assert [member.result() for member in members] == [1, 2, 3]
    assert titles(database, miguel) == ["Kept"] * 3


def test_a_name_that_a_member_has_just_taken_is_refused_to_the_next(database: Database) -> None:
    def sign_up(db: Connection) -> object:
        return insert_user(db, username="susan", email=None, password_hash="cat")

    def sign_up_another(db: Connection) -> object:
        return insert_user(db, username="david", email=None, password_hash="dog")

    first, refused, other = run_as_one_group(database, sign_up, sign_up, sign_up_another)
    with pytest.raises(UsernameTakenError):
        refused.result()
    with database.snapshot() as db:
        assert select_user(db, "susan") == first.result()
        assert select_user(db, "david") == other.result()


def test_a_wrong_statement_harms_no_other_member(database: Database, miguel: int) -> None:
    good, wrong, better = run_as_one_group(
        database,
        lambda db: insert(db, miguel),
        lambda db: db.execute(text("SELECT * FROM nowhere")),
        lambda db: insert(db, miguel),
    )
    with pytest.raises(DBAPIError):
        wrong.result()
    assert [good.result(), better.result()] == [1, 2]


def fill_the_disk(db: Connection) -> None:
    db.execute(text("PRAGMA max_page_count = 1"))
    insert_user(db, username="susan", email=None, password_hash="cat" * 100_000)


def test_an_outage_costs_all_former_members_their_work_and_later_ones_nothing(
    database: Database, miguel: int
) -> None:
    former, struck, later = run_as_one_group(
        database,
        lambda db: insert(db, miguel, "Former"),
        fill_the_disk,
        lambda db: insert(db, miguel, "Later"),
    )
    with pytest.raises(TransactionLostError):
        former.result()
    with pytest.raises(DatabaseUnavailableError, match="full"):
        struck.result()
    assert later.result() == 1
    assert titles(database, miguel) == ["Later"]


def roll_back(db: Connection) -> None:
    db.exec_driver_sql("ROLLBACK")  # as SQLite does by itself after some outages


def test_a_rollback_that_nobody_noticed_is_no_success(database: Database, miguel: int) -> None:
    former, struck, later = run_as_one_group(
        database,
        lambda db: insert(db, miguel, "Former"),
        roll_back,
        lambda db: insert(db, miguel, "Later"),
    )
    for lost in (former, struck):
        with pytest.raises(DatabaseUnavailableError):
            lost.result()
    assert later.result() == 1
    assert titles(database, miguel) == ["Later"]


def break_the_commit(db: Connection) -> None:
    db.execute(text("PRAGMA defer_foreign_keys = ON"))
    db.execute(text("INSERT INTO task_labels VALUES (404, 'of nobody', 1)"))


def refuse(_db: Connection) -> None:
    raise LookupError


def test_a_commit_that_fails_fails_all_members_and_stores_nothing(
    database: Database, miguel: int
) -> None:
    *waiting, last = run_as_one_group(
        database,
        lambda db: insert(db, miguel, "First"),
        break_the_commit,
        refuse,
        lambda db: insert(db, miguel, "Last"),
    )
    for member in waiting:
        with pytest.raises(DatabaseUnavailableError) as outage:
            member.result()
        assert not isinstance(outage.value, TransactionLostError)  # never run again by itself
    with pytest.raises(DBAPIError, match="FOREIGN KEY"):
        last.result()
    assert titles(database, miguel) == []

    with database.transaction() as db:
        assert insert(db, miguel) == 1


def test_a_transaction_that_was_lost_to_another_member_is_run_again(
    database: Database, miguel: int
) -> None:
    def insert_until_stored() -> int:
        def write() -> int:
            with database.transaction() as db:
                first_is_in.set()
                time.sleep(0.05)  # for the failing one to queue
                return insert(db, miguel)

        return database.retrying(write)

    def fail() -> None:
        with database.transaction() as db:
            fill_the_disk(db)

    first_is_in = Event()
    with ThreadPoolExecutor(1) as pool:
        stored = pool.submit(insert_until_stored)
        assert first_is_in.wait(timeout=10)
        with pytest.raises(DatabaseUnavailableError):
            fail()
        assert stored.result() == 1
    assert titles(database, miguel) == ["Task"]


def test_what_was_acknowledged_outlives_a_process_that_is_killed(url: str) -> None:
    database = Database(url)
    with database.transaction() as db:
        user_id = insert_user(db, username="miguel", email=None, password_hash="python").id
    database.close()

    with start_writing(url, 100_000) as process:
        assert process.stdout is not None
        acknowledged = {int(process.stdout.readline()) for _ in range(200)}
        process.kill()
        # The last line may be cut off.
        lines = process.stdout.read().splitlines(keepends=True)
        acknowledged |= {int(line) for line in lines if line.endswith("\n")}

    database = Database(url)
    with database.snapshot() as db:
        stored = [task_id for task_id, _ in stored_tasks(db, user_id)]
    database.close()
    assert acknowledged <= set(stored)
    assert stored == list(range(1, len(stored) + 1))
    assert len(acknowledged) < 100_000


def test_processes_that_write_at_once_lose_nothing(
    database: Database, url: str, miguel: int
) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(start_writing(url, 200)) for _ in range(2)]
        answers = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [len(answer) for answer in answers] == [200, 200]
    assert sorted(int(task_id) for task_id in answers[0] + answers[1]) == list(range(1, 401))
    assert len(titles(database, miguel)) == 400


def start_writing(url: str, number: int) -> subprocess.Popen[str]:
    """Start a process that inserts tasks and prints the id of each that is stored."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITING_PROGRAM, url, str(number)],
        stdout=subprocess.PIPE,
        text=True,
    )
