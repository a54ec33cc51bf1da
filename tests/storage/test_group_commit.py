"""Group commit: what writers who share a transaction owe to each other."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from itertools import chain
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.support.databases import SQLiteDatabases
from todo_api.storage import (
    Connection,
    Database,
    DatabaseUnavailableError,
    TransactionLostError,
    UsernameTakenError,
    WouldBlockError,
)
from todo_api.storage.engine import group_commit, inline, write_lock
from todo_api.storage.engine.sqlite import SQLite
from todo_api.storage.schema import tasks as task_table
from todo_api.storage.tasks import insert_task
from todo_api.storage.users import insert_user, select_user

Work = Callable[[Connection], object]

# Inserts tasks for the user 1, eight at a time, and prints the id of each one when it is stored.
WRITING_PROGRAM = r"""
import asyncio, os, sys
from todo_api.storage import Database, WouldBlockError
from todo_api.storage.tasks import insert_task

database = Database(sys.argv[1])

def insert():
    with database.transaction() as db:
        return insert_task(db, 1, {"title": "Task"}).id

async def stored():
    while True:
        try:
            return await database.write_inline(insert)
        except WouldBlockError:
            pass  # it took long on a busy machine, and was undone

async def write(number):
    for _ in range(number):
        task_id = await stored()
        os.write(1, b"%d\n" % task_id)

async def main():
    await asyncio.gather(*(write(int(sys.argv[2]) // 8) for _ in range(8)))

asyncio.run(main())
database.close()
"""


def stored_tasks(db: Connection, list_id: int) -> list[tuple[int, str]]:
    """Return id and title of each task of a user."""
    columns = select(task_table.c.id, task_table.c.title)
    return db.all(columns.where(task_table.c.list_id == list_id).order_by(task_table.c.id))


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


class Commits:
    """The commits of all connections, which can be held up."""

    def __init__(self) -> None:
        """Let them pass."""
        self.made = 0
        self.savepoints = 0
        self._reached, self._allowed = Event(), Event()
        self._allowed.set()

    def hold_up(self) -> None:
        """Let the next one wait."""
        self._reached.clear()
        self._allowed.clear()

    async def reached(self) -> None:
        """Return as soon as one waits."""
        assert await asyncio.to_thread(self._reached.wait, 10)

    def allow(self) -> None:
        """Let it pass, and all that follow."""
        self._allowed.set()

    def note(self, sql: str) -> None:
        """Look at a statement that a connection is about to execute."""
        self.savepoints += sql.startswith("SAVEPOINT")
        if sql == "COMMIT":
            self.made += 1
            self._reached.set()
            self._allowed.wait(timeout=30)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    """Watch the commits of all connections."""
    commits = Commits()
    connect = SQLite._connect  # noqa: SLF001 - what opens each connection

    def connect_watched(self: SQLite, patience: float) -> Connection:
        db = connect(self, patience)
        db.driver.set_trace_callback(commits.note)
        return db

    monkeypatch.setattr(SQLite, "_connect", connect_watched)
    return commits


def insert(db: Connection, list_id: int, title: str = "Task") -> int:
    return insert_task(db, list_id, {"title": title}).id


def titles(database: Database, list_id: int) -> list[str]:
    with database.snapshot() as db:
        return [title for _, title in stored_tasks(db, list_id)]


def titles_elsewhere(database: Database, list_id: int) -> list[str]:
    """Return what anybody else sees, while a transaction is open here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(titles, database, list_id).result()


def write(database: Database, work: Work) -> Awaitable[Any]:
    """Let a work be done on the event loop."""

    def call() -> object:
        with database.transaction() as db:
            return work(db)

    return database.write_inline(call)


def run_as_one_group(database: Database, *works: Work) -> list[Any]:
    """Let the works be members of one group in this order; return what each returned or raised."""

    async def run() -> list[Any]:
        writes = (write(database, work) for work in works)
        return await asyncio.gather(*writes, return_exceptions=True)

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _patient_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close no group just because this machine is slow at the moment."""
    monkeypatch.setattr(group_commit, "LONGEST", 10)
    monkeypatch.setattr(group_commit, "MOST_BETWEEN", 10)


def test_writers_who_come_together_are_committed_at_once(
    database: Database, miguel: int, commits: Commits
) -> None:
    before = commits.made
    ids = run_as_one_group(database, *[lambda db: insert(db, miguel)] * 8)
    assert ids == [1, 2, 3, 4, 5, 6, 7, 8]
    assert commits.made == before + 1


def test_under_load_there_are_fewer_commits_than_writers(
    database: Database, miguel: int, commits: Commits
) -> None:
    async def write_often() -> list[Any]:
        return [await write(database, lambda db: insert(db, miguel)) for _ in range(50)]

    async def run() -> list[list[Any]]:
        return await asyncio.gather(*(write_often() for _ in range(8)))

    ids = asyncio.run(run())
    assert sorted(chain.from_iterable(ids)) == list(range(1, 401))
    assert len(titles(database, miguel)) == 400
    assert commits.made < 300


def test_whoever_asks_again_when_answered_is_in_the_next_group(
    database: Database, miguel: int, commits: Commits
) -> None:
    async def write_often() -> None:
        for _ in range(20):
            await write(database, lambda db: insert(db, miguel))
            await asyncio.sleep(0)  # while the answer goes out and the next request comes in

    async def run() -> None:
        commits.hold_up()
        writers = [asyncio.ensure_future(write_often()) for _ in range(8)]
        await commits.reached()
        writers += [asyncio.ensure_future(write_often()) for _ in range(8)]
        await asyncio.sleep(0)
        commits.allow()
        await asyncio.gather(*writers)

    before = commits.made
    asyncio.run(run())
    # Each has 20 groups; those who came later are in the same from the second one on.
    assert commits.made - before <= 25


def test_a_writer_alone_commits_alone(database: Database, miguel: int, commits: Commits) -> None:
    before = commits.made
    for _ in range(3):
        run_as_one_group(database, lambda db: insert(db, miguel))
    assert commits.made == before + 3


@pytest.mark.parametrize(("bound", "value"), [("MOST_MEMBERS", 2), ("LONGEST", 0)])
def test_a_group_is_bounded(
    database: Database,
    miguel: int,
    commits: Commits,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    value: int,
) -> None:
    monkeypatch.setattr(group_commit, bound, value)
    ids = run_as_one_group(database, *[lambda db: insert(db, miguel)] * 6)
    assert ids == [1, 2, 3, 4, 5, 6]
    assert commits.made >= 3


def test_nothing_is_seen_and_nobody_returns_before_the_commit(
    database: Database, miguel: int, commits: Commits
) -> None:
    def fail(_db: Connection) -> None:
        raise LookupError

    def look(db: Connection) -> None:
        assert [title for _, title in stored_tasks(db, miguel)] == ["First"]
        assert titles_elsewhere(database, miguel) == []

    async def run() -> None:
        commits.hold_up()
        works: list[Work] = [lambda db: insert(db, miguel, "First"), look, fail]
        writers = [asyncio.ensure_future(write(database, work)) for work in works]
        await commits.reached()
        await asyncio.sleep(0.02)
        assert not any(writer.done() for writer in writers)
        assert titles_elsewhere(database, miguel) == []
        commits.allow()
        assert (await writers[0], await writers[1]) == (1, None)
        with pytest.raises(LookupError):
            await writers[2]

    asyncio.run(run())
    assert titles(database, miguel) == ["First"]


def test_the_event_loop_goes_on_while_the_disk_is_waited_for(
    database: Database, miguel: int, commits: Commits
) -> None:
    def count() -> int:
        with database.snapshot() as db:
            return len(stored_tasks(db, miguel))

    async def run() -> None:
        await database.read_inline(count)
        commits.hold_up()
        writer = asyncio.ensure_future(write(database, lambda db: insert(db, miguel)))
        await commits.reached()
        latecomer = asyncio.ensure_future(write(database, lambda db: insert(db, miguel)))
        await asyncio.sleep(0.02)
        assert not writer.done()
        commits.allow()
        assert (await writer, await latecomer) == (1, 2)
        assert await database.read_inline(count) == 2

    asyncio.run(run())


@pytest.mark.parametrize("failing", [0, 1, 3])
def test_an_exception_takes_back_the_work_of_one_member_alone(
    database: Database, miguel: int, failing: int
) -> None:
    def fail(db: Connection) -> None:
        insert(db, miguel, "Never")
        raise LookupError

    works: list[Work] = [lambda db: insert(db, miguel, "Kept")] * 3
    works.insert(failing, fail)
    outcomes = run_as_one_group(database, *works)
    assert isinstance(outcomes.pop(failing), LookupError)
    assert outcomes == [1, 2, 3]
    assert titles(database, miguel) == ["Kept"] * 3


def test_a_group_in_which_nobody_fails_has_no_savepoints(
    database: Database, miguel: int, commits: Commits
) -> None:
    run_as_one_group(database, *[lambda db: insert(db, miguel)] * 3)
    assert not commits.savepoints


def test_a_failure_costs_those_before_it_another_run_and_then_nobody_for_a_while(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "CAREFUL_GROUPS", 2)
    runs: list[str] = []

    def keep(db: Connection) -> None:
        runs.append("kept")
        insert(db, miguel, "Kept")

    def fail(db: Connection) -> None:
        runs.append("failed")
        insert(db, miguel, "Never")
        raise LookupError

    async def groups(count: int) -> list[list[str]]:
        found = []
        for _ in range(count):
            runs.clear()
            works = (write(database, work) for work in (keep, fail, keep))
            await asyncio.gather(*works, return_exceptions=True)
            found.append([*runs])
        return found

    once, twice = ["kept", "failed", "kept"], ["kept", "failed", "kept", "failed", "kept"]
    assert asyncio.run(groups(4)) == [twice, once, twice, once]
    assert titles(database, miguel) == ["Kept"] * 8


def test_a_group_that_is_run_again_keeps_its_turn(database: Database, miguel: int) -> None:
    rivals: list[Future[None]] = []

    def rival() -> None:
        with database.transaction() as db:
            insert(db, miguel, "Rival")

    def fail(_: Connection) -> None:
        if not rivals:
            rivals.append(pool.submit(rival))
            time.sleep(0.2)  # until it waits for its turn
        raise LookupError

    with ThreadPoolExecutor(1) as pool:
        run_as_one_group(
            database,
            lambda db: insert(db, miguel, "First"),
            fail,
            lambda db: insert(db, miguel, "Second"),
        )
        rivals[0].result()
    assert titles(database, miguel) == ["First", "Second", "Rival"]


def test_who_fails_alone_is_run_once(database: Database, miguel: int) -> None:
    runs = []

    def fail(db: Connection) -> None:
        runs.append(insert(db, miguel, "Never"))
        raise LookupError

    outcomes = run_as_one_group(database, fail)
    outcomes += run_as_one_group(database, fail, fail, lambda db: insert(db, miguel, "Kept"))
    assert [type(outcome) for outcome in outcomes] == [LookupError] * 3 + [int]
    assert runs == [1, 1, 1]
    assert titles(database, miguel) == ["Kept"]


def test_an_exception_that_no_future_takes_reaches_who_asked(
    database: Database, miguel: int
) -> None:
    def stop(_db: Connection) -> None:
        raise StopIteration

    stopped, other = run_as_one_group(database, stop, lambda db: insert(db, miguel))
    assert isinstance(stopped, RuntimeError)
    assert "StopIteration" in str(stopped)
    assert other == 1


def test_a_name_that_a_member_has_just_taken_is_refused_to_the_next(database: Database) -> None:
    def sign_up(db: Connection) -> object:
        return insert_user(db, username="susan", email=None, password_hash="cat")

    def sign_up_another(db: Connection) -> object:
        return insert_user(db, username="david", email=None, password_hash="dog")

    first, refused, other = run_as_one_group(database, sign_up, sign_up, sign_up_another)
    assert isinstance(refused, UsernameTakenError)
    with database.snapshot() as db:
        assert select_user(db, "susan") == first
        assert select_user(db, "david") == other


def test_a_wrong_statement_harms_no_other_member(database: Database, miguel: int) -> None:
    good, wrong, better = run_as_one_group(
        database,
        lambda db: insert(db, miguel),
        lambda db: db.execute(text("SELECT * FROM nowhere")),
        lambda db: insert(db, miguel),
    )
    assert isinstance(wrong, database.driver_errors)
    assert "nowhere" in str(wrong)
    assert [good, better] == [1, 2]


def fill_the_disk(db: Connection) -> None:
    db.execute(text("PRAGMA max_page_count = 1"))
    insert_user(db, username="susan", email=None, password_hash="cat" * 100_000)


def test_an_outage_costs_former_members_another_run_and_later_ones_nothing(
    database: Database, miguel: int
) -> None:
    runs: list[str] = []

    def insert_noted(db: Connection, title: str) -> int:
        runs.append(title)
        return insert(db, miguel, title)

    former, struck, later = run_as_one_group(
        database,
        partial(insert_noted, title="Former"),
        fill_the_disk,
        partial(insert_noted, title="Later"),
    )
    assert (former, later) == (1, 2)
    assert isinstance(struck, DatabaseUnavailableError)
    assert "full" in str(struck)
    assert titles(database, miguel) == ["Former", "Later"]
    assert runs == ["Former", "Former", "Later"]


def test_who_is_former_to_one_outage_after_the_other_has_lost_against_them(
    database: Database, miguel: int
) -> None:
    works = [lambda db: insert(db, miguel), *[fill_the_disk] * group_commit.ATTEMPTS]
    former, *struck = run_as_one_group(database, *works)
    assert isinstance(former, TransactionLostError)
    assert all(isinstance(one, DatabaseUnavailableError) for one in struck)
    assert titles(database, miguel) == []


def test_after_an_outage_there_is_room_again(database: Database, miguel: int) -> None:
    def insert_much(db: Connection) -> int:
        return insert(db, miguel, "z" * 100_000)

    async def run() -> None:
        with pytest.raises(DatabaseUnavailableError, match="full"):
            await write(database, fill_the_disk)
        # The bound was that of the connection that the outage came over.
        assert await write(database, insert_much) == 1

    asyncio.run(run())


def roll_back(db: Connection) -> None:
    db.driver.execute("ROLLBACK")  # as SQLite does by itself after some outages


def test_a_rollback_that_nobody_noticed_is_no_success(database: Database, miguel: int) -> None:
    former, struck, later = run_as_one_group(
        database,
        lambda db: insert(db, miguel, "Former"),
        roll_back,
        lambda db: insert(db, miguel, "Later"),
    )
    assert isinstance(struck, DatabaseUnavailableError)
    assert (former, later) == (1, 2)
    assert titles(database, miguel) == ["Former", "Later"]


def break_the_commit(db: Connection) -> None:
    db.execute(text("PRAGMA defer_foreign_keys = ON"))
    db.execute(text("INSERT INTO task_labels VALUES (404, 'of nobody', 1)"))


def refuse(_db: Connection) -> None:
    raise LookupError


def test_a_commit_that_fails_fails_all_members_and_stores_nothing(
    database: Database, miguel: int
) -> None:
    outcomes = run_as_one_group(
        database,
        lambda db: insert(db, miguel, "First"),
        break_the_commit,
        refuse,
        lambda db: insert(db, miguel, "Last"),
    )
    for outcome in outcomes:
        assert isinstance(outcome, DatabaseUnavailableError)
        assert not isinstance(outcome, TransactionLostError)  # never run again by itself
        assert "FOREIGN KEY" in str(outcome)
    assert titles(database, miguel) == []
    assert run_as_one_group(database, lambda db: insert(db, miguel)) == [1]
    with database.transaction() as db:
        assert insert(db, miguel) == 2


# What takes longer than the event loop has.

READ_LONG = text(
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000000)"
    " SELECT max(n) FROM counted"
)
WRITE_LONG = text(
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 300000)"
    " INSERT INTO secrets SELECT 'secret ' || n, '' FROM counted"
)


@pytest.mark.parametrize("statement", [READ_LONG, WRITE_LONG], ids=["reads", "writes"])
def test_a_member_that_takes_long_belongs_into_a_thread_and_the_others_do_not_notice(
    database: Database,
    miguel: int,
    statement: Any,  # noqa: ANN401 - SQLAlchemy's
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inline, "MOST_SECONDS", 0.05)  # either statement takes more

    def take_long(db: Connection) -> None:
        insert(db, miguel, "Long")
        db.execute(statement)

    former, long, later = run_as_one_group(
        database,
        lambda db: insert(db, miguel, "Former"),
        take_long,
        lambda db: insert(db, miguel, "Later"),
    )
    assert isinstance(long, WouldBlockError)
    assert (former, later) == (1, 2)
    assert titles(database, miguel) == ["Former", "Later"]
    with database.transaction() as db:
        take_long(db)
    assert titles(database, miguel) == ["Former", "Later", "Long"]


def test_a_call_that_reads_before_it_writes_belongs_into_a_thread(
    database: Database, miguel: int
) -> None:
    def read_then_write() -> int:
        before = len(titles(database, miguel))
        with database.transaction() as db:
            return before + insert(db, miguel)

    async def run() -> None:
        with pytest.raises(WouldBlockError):
            await database.write_inline(read_then_write)
        assert await asyncio.to_thread(read_then_write) == 1

    asyncio.run(run())


def test_what_begins_and_ends_a_transaction_is_never_interrupted(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "STRIDE", 1)  # so that each COMMIT takes some
    monkeypatch.setattr(inline, "MOST_SECONDS", 0.05)

    async def read_long() -> None:
        for _ in range(50):
            with pytest.raises(WouldBlockError):
                await database.read_inline(partial(read, READ_LONG))
            await asyncio.sleep(0)

    def read(statement: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        with database.snapshot() as db:
            db.all(statement)

    async def run() -> list[Any]:
        long = [write(database, lambda db: db.execute(READ_LONG)) for _ in range(3)]
        writes = [write(database, lambda db: insert(db, miguel)) for _ in range(50)]
        outcomes = asyncio.gather(*writes, *long, return_exceptions=True)
        await read_long()
        return await outcomes

    outcomes = asyncio.run(run())
    assert outcomes[:50] == list(range(1, 51))
    assert all(isinstance(outcome, WouldBlockError) for outcome in outcomes[50:])
    assert len(titles(database, miguel)) == 50


def test_a_read_that_takes_long_interrupts_no_commit_in_the_thread(
    database: Database, miguel: int, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "STRIDE", 1)  # so that each COMMIT takes some
    monkeypatch.setattr(inline, "MOST_SECONDS", 0.05)

    def take_long() -> None:
        with database.snapshot() as db:
            with suppress(*database.driver_errors):
                db.all(READ_LONG)
            commits.allow()
            time.sleep(0.05)  # for the commit

    async def run() -> None:
        commits.hold_up()
        writer = asyncio.ensure_future(write(database, lambda db: insert(db, miguel)))
        await commits.reached()
        await database.read_inline(take_long)
        assert await writer == 1

    asyncio.run(run())
    assert titles(database, miguel) == ["Task"]


# Writers who ask no longer.


def test_who_has_gone_before_their_turn_writes_nothing(
    database: Database, miguel: int, commits: Commits
) -> None:
    async def run() -> None:
        commits.hold_up()
        first = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "First")))
        await commits.reached()
        gone = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Gone")))
        last = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Last")))
        await asyncio.sleep(0)
        gone.cancel()
        commits.allow()
        assert (await first, await last) == (1, 2)
        with pytest.raises(asyncio.CancelledError):
            await gone

    asyncio.run(run())
    assert titles(database, miguel) == ["First", "Last"]


def test_who_goes_after_their_turn_has_written_and_takes_nobody_along(
    database: Database, miguel: int, commits: Commits
) -> None:
    async def run() -> None:
        commits.hold_up()
        going = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Going")))
        staying = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Staying")))
        await commits.reached()
        going.cancel()
        await asyncio.sleep(0)
        commits.allow()
        assert await staying == 2
        assert await write(database, lambda db: insert(db, miguel, "Later")) == 3

    asyncio.run(run())
    assert titles(database, miguel) == ["Going", "Staying", "Later"]


# Writers in threads, and writers on the event loop.


def test_writers_of_both_kinds_lose_nothing_and_count_without_a_gap(
    database: Database, miguel: int
) -> None:
    def write_in_thread(_number: int) -> list[int]:
        ids = []
        for _ in range(25):
            with database.transaction() as db:
                ids.append(insert(db, miguel))
        return ids

    async def write_here() -> list[Any]:
        return [await write(database, lambda db: insert(db, miguel)) for _ in range(25)]

    async def run() -> list[list[int]]:
        with ThreadPoolExecutor(8) as pool:
            loop = asyncio.get_running_loop()
            threads = [loop.run_in_executor(pool, write_in_thread, n) for n in range(8)]
            return await asyncio.gather(*threads, *(write_here() for _ in range(8)))

    ids = asyncio.run(run())
    assert sorted(chain.from_iterable(ids)) == list(range(1, 401))
    for some in ids:
        assert some == sorted(some)
    with database.snapshot() as db:
        assert [task_id for task_id, _ in stored_tasks(db, miguel)] == list(range(1, 401))


def test_they_take_turns_in_the_order_of_their_arrival(database: Database, miguel: int) -> None:
    taken, released = Event(), Event()

    def hold() -> int:
        with database.transaction() as db:
            taken.set()
            assert released.wait(timeout=30)
            return insert(db, miguel, "First")

    def write_in_thread() -> int:
        with database.transaction() as db:
            return insert(db, miguel, "Third")

    def count() -> int:
        with database.snapshot() as db:
            return len(stored_tasks(db, miguel))

    async def run() -> None:
        first = asyncio.create_task(asyncio.to_thread(hold))
        assert await asyncio.to_thread(taken.wait, 10)
        second = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Second")))
        await asyncio.sleep(0.05)  # for it to queue
        third = asyncio.create_task(asyncio.to_thread(write_in_thread))
        await asyncio.sleep(0.05)
        # The event loop itself does not wait.
        assert await database.read_inline(count) == 0
        released.set()
        assert (await first, await second, await third) == (1, 2, 3)

    asyncio.run(run())
    assert titles(database, miguel) == ["First", "Second", "Third"]


@pytest.mark.parametrize(("there", "sentence"), [(False, "queueing"), (True, "locked")])
def test_a_writer_who_holds_on_too_long_is_given_up(
    database: Database,
    url: str,
    miguel: int,
    monkeypatch: pytest.MonkeyPatch,
    sentence: str,
    *,
    there: bool,
) -> None:
    monkeypatch.setattr(write_lock, "PATIENCE", 0.05)
    other = Database(url) if there else database  # two share no lock, as two processes do not

    async def run() -> None:
        with other.transaction():
            writers = [write(database, lambda db: insert(db, miguel)) for _ in range(2)]
            for outcome in await asyncio.gather(*writers, return_exceptions=True):
                assert isinstance(outcome, DatabaseUnavailableError)
                assert sentence in str(outcome)
        assert await write(database, lambda db: insert(db, miguel)) == 1

    asyncio.run(run())
    other.close()


# An event loop that is closed.


def start_and_leave(database: Database, work: Work, is_under_way: Awaitable[object]) -> None:
    """Ask for a work and do not wait until it is stored: the loop is closed meanwhile."""

    async def run() -> None:
        writer = asyncio.ensure_future(write(database, work))
        await is_under_way
        writer.cancel()

    asyncio.run(run())


def test_a_loop_that_is_closed_during_a_commit_leaves_the_lock_free(
    database: Database, miguel: int, commits: Commits
) -> None:
    commits.hold_up()
    start_and_leave(database, lambda db: insert(db, miguel, "First"), commits.reached())
    commits.allow()
    with database.transaction() as db:
        assert insert(db, miguel, "Second") == 2
    assert run_as_one_group(database, lambda db: insert(db, miguel, "Third")) == [3]
    assert titles(database, miguel) == ["First", "Second", "Third"]


def test_a_loop_that_is_closed_in_the_queue_for_the_lock_leaves_it_free(
    database: Database, url: str, miguel: int
) -> None:
    with database.transaction() as db:
        start_and_leave(database, lambda db: insert(db, miguel, "Never"), asyncio.sleep(0.02))
        insert(db, miguel, "First")
    # Neither this process's writers nor those of others have to wait.
    other = Database(url)
    for writer in (database, other):
        with writer.transaction() as db:
            insert(db, miguel, "Later")
    other.close()
    assert titles(database, miguel) == ["First", "Later", "Later"]


def test_a_loop_that_is_closed_leaves_the_lock_to_who_has_it(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "PATIENCE", 0.05)
    with database.transaction() as db:
        start_and_leave(database, lambda db: insert(db, miguel, "Never"), asyncio.sleep(0.02))
        time.sleep(0.2)  # for its patience to end
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(run_as_one_group, database, lambda db: insert(db, miguel, "Other"))
            with pytest.raises(DatabaseUnavailableError, match="queueing"):
                raise other.result()[0]
        insert(db, miguel, "First")
    assert titles(database, miguel) == ["First"]


def test_one_loop_after_the_other_can_write_and_none_leaves_a_thread(
    database: Database, miguel: int
) -> None:
    others = {*threading.enumerate()}  # those of tests before this one may be about to end
    for _ in range(5):
        run_as_one_group(database, lambda db: insert(db, miguel))
    database.close()
    until = time.monotonic() + 20
    while any(thread.name == "commits" for thread in {*threading.enumerate()} - others):
        assert time.monotonic() < until
        time.sleep(0.001)
    assert titles(database, miguel) == ["Task"] * 5


def test_a_database_that_is_closed_keeps_nobody_waiting(
    database: Database, miguel: int, commits: Commits
) -> None:
    async def run() -> None:
        # Its log has been seen; the last connection to be closed removes it.
        assert await write(database, lambda db: insert(db, miguel, "First")) == 1
        commits.hold_up()
        second = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Second")))
        await commits.reached()
        late = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Late")))
        await asyncio.sleep(0)
        database.close()
        commits.allow()
        time.sleep(0.1)  # noqa: ASYNC251 - the thread goes on while the event loop is held up
        assert await second == 2
        with pytest.raises(DatabaseUnavailableError, match="closed"):
            await late
        assert await write(database, lambda db: insert(db, miguel, "Again")) == 3

    asyncio.run(run())
    assert titles(database, miguel) == ["First", "Second", "Again"]


def test_whoever_waits_for_another_writer_when_it_is_closed_is_told(
    database: Database, url: str, miguel: int
) -> None:
    other = Database(url)

    async def run() -> None:
        with other.transaction():
            late = asyncio.ensure_future(write(database, lambda db: insert(db, miguel, "Late")))
            await asyncio.sleep(0.05)
            database.close()
        with pytest.raises(DatabaseUnavailableError, match="closed"):
            await asyncio.wait_for(late, 10)
        assert await asyncio.wait_for(write(database, lambda db: insert(db, miguel, "Again")), 10)

    asyncio.run(run())
    other.close()
    assert titles(database, miguel) == ["Again"]


# Other processes.


def test_what_was_acknowledged_outlives_a_process_that_is_killed(url: str) -> None:
    database = Database(url)
    with database.transaction() as db:
        list_id = insert_user(db, username="miguel", email=None, password_hash="python").id
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
        stored = [task_id for task_id, _ in stored_tasks(db, list_id)]
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
