"""What the event loop does by itself: short reads in a snapshot, nothing that it waits for."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.databases import SQLiteDatabases
from tests.support.rows import select_tasks
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    WouldBlockError,
    insert_task,
    select_user_by_id,
    update_user,
)
from todo_api.storage.engine import inline, sqlite

READ_LONG = text(
    "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000000)"
    " SELECT max(n) FROM counted"
)


@pytest.fixture
def file(sqlite_databases: SQLiteDatabases) -> Path:
    """Give the path of a fresh, migrated database: only SQLite's is read on the event loop."""
    return Path(sqlite_databases.fresh().removeprefix("sqlite:///"))


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """Open it."""
    database = Database(f"sqlite:///{file}")
    titles(database, 0)  # what this reads by is compiled elsewhere
    yield database
    database.close()


def read(database: Database, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - the call's own
    """Run a call on an event loop of its own."""
    return asyncio.run(database.read_inline(call))


def titles(database: Database, list_id: int) -> list[str]:
    with database.snapshot() as db:
        return [task.title for task in select_tasks(db, list_id)]


def add(database: Database, list_id: int, title: str) -> None:
    with database.transaction() as db:
        insert_task(db, list_id, {"title": title})


def elsewhere(call: Callable[[], object]) -> None:
    """Do something in a thread, and wait for it."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


def test_a_call_is_run_in_the_thread_of_the_event_loop(database: Database, miguel: int) -> None:
    def look() -> tuple[list[str], int]:
        return titles(database, miguel), threading.get_ident()

    add(database, miguel, "Read")
    assert read(database, look) == (["Read"], threading.get_ident())


def test_all_snapshots_of_a_call_see_the_same_state(database: Database, miguel: int) -> None:
    def look() -> list[list[str]]:
        with database.snapshot() as db:  # as the look-up of who asks
            assert select_user_by_id(db, miguel)
        elsewhere(lambda: add(database, miguel, "Meanwhile"))
        return [titles(database, miguel), titles(database, miguel)]

    assert read(database, look) == [[], []]
    assert titles(database, miguel) == ["Meanwhile"]
    assert read(database, lambda: titles(database, miguel)) == ["Meanwhile"]


def test_the_next_call_sees_what_was_written_before_it(database: Database, miguel: int) -> None:
    async def run() -> None:
        for number in range(1, 4):
            await database.write_inline(lambda: add(database, miguel, "Read"))
            found = await database.read_inline(lambda: titles(database, miguel))
            assert len(found) == number

    asyncio.run(run())


def test_a_call_that_writes_belongs_elsewhere(database: Database, miguel: int) -> None:
    def read_then_write() -> None:
        assert titles(database, miguel) == []
        add(database, miguel, "Write")

    async def run() -> None:
        with pytest.raises(WouldBlockError):
            await database.read_inline(read_then_write)
        assert await database.read_inline(lambda: titles(database, miguel)) == []

    asyncio.run(run())
    read_then_write()
    assert titles(database, miguel) == ["Write"]


def test_nothing_that_a_snapshot_writes_stays(database: Database, miguel: int) -> None:
    def write() -> None:
        with database.snapshot() as db:
            update_user(db, miguel, {"email": "miguel@example.com"})

    read(database, write)
    with database.transaction(), pytest.raises(WouldBlockError):
        read(database, write)
    with database.snapshot() as db:
        user = select_user_by_id(db, miguel)
    assert user is not None
    assert user.email is None


def test_an_exception_ends_the_snapshot(database: Database, miguel: int) -> None:
    def fail() -> None:
        assert titles(database, miguel) == []
        raise LookupError

    async def run() -> None:
        with pytest.raises(LookupError):
            await database.read_inline(fail)
        await asyncio.to_thread(add, database, miguel, "Later")
        assert await database.read_inline(lambda: titles(database, miguel)) == ["Later"]

    asyncio.run(run())


def test_what_takes_long_is_interrupted_and_the_next_call_is_not(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_long() -> None:
        with database.snapshot() as db:
            db.all(READ_LONG)

    monkeypatch.setattr(inline, "MOST_SECONDS", 0.05)  # a short read takes far less

    async def run() -> None:
        for _ in range(3):
            with pytest.raises(WouldBlockError):
                await database.read_inline(take_long)
            assert await database.read_inline(lambda: titles(database, miguel)) == []

    asyncio.run(run())
    take_long()


def test_all_statements_of_a_call_are_counted_together(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "STRIDE", 10)
    monkeypatch.setattr(inline, "MOST_SECONDS", 0.02)

    def look(times: int) -> None:
        for _ in range(times):
            titles(database, miguel)

    async def run() -> None:
        for _ in range(100):
            await database.read_inline(partial(look, 1))
        with pytest.raises(WouldBlockError):
            await database.read_inline(partial(look, 30_000))

    asyncio.run(run())


def test_what_is_short_is_never_interrupted_however_often_it_comes(
    database: Database, miguel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than one call takes on a slow machine, and less than all of them take together.
    monkeypatch.setattr(inline, "MOST_SECONDS", 0.05)

    async def run() -> None:
        for _ in range(200):
            await database.write_inline(lambda: add(database, miguel, "Read"))
            for _ in range(10):
                await database.read_inline(database.check)

    gc.disable()  # a collection in this large process takes longer than a call may
    try:
        asyncio.run(run())
    finally:
        gc.enable()
    assert len(titles(database, miguel)) == 200


def test_an_outage_is_one_here_too_and_costs_the_connection(
    database: Database, tmp_path: Path, miguel: int
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Susan, " * 1000)

    def strike() -> None:
        with database.snapshot() as db:
            db.execute(text("ATTACH :file AS letter"), {"file": str(letter)})
            db.all(text("SELECT * FROM letter.sqlite_master"))

    async def run() -> None:
        for _ in range(2):
            with pytest.raises(DatabaseUnavailableError, match="not a database"):
                await database.read_inline(strike)
            assert await database.read_inline(lambda: titles(database, miguel)) == []

    asyncio.run(run())


def test_a_database_that_cannot_be_opened_is_opened_when_it_can(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    content = file.read_bytes()
    file.write_bytes(b"Dear Susan, " * 1000)
    with pytest.raises(DatabaseUnavailableError, match="not a database"):
        read(database, database.check)
    file.write_bytes(content)
    read(database, database.check)
    database.close()


def test_a_wrong_statement_is_a_fault_of_the_program_and_harms_no_other(
    database: Database, miguel: int
) -> None:
    def err() -> None:
        with database.snapshot() as db:
            db.all(text("SELECT * FROM nowhere"))

    async def run() -> None:
        with pytest.raises(database.driver_errors, match="nowhere"):
            await database.read_inline(err)
        assert await database.read_inline(lambda: titles(database, miguel)) == []

    asyncio.run(run())


def test_of_several_event_loops_one_is_served(database: Database, miguel: int) -> None:
    async def run() -> None:
        await database.read_inline(lambda: titles(database, miguel))
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(read, database, lambda: titles(database, miguel))
            with pytest.raises(WouldBlockError):
                other.result()

    asyncio.run(run())
    # The first one is closed.
    assert read(database, lambda: titles(database, miguel)) == []


def test_a_journal_that_makes_readers_wait_is_read_in_threads(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "can_corrupt_wal", lambda _version: True)
    database = Database(f"sqlite:///{file}")
    for run in (database.read_inline, database.write_inline):
        with pytest.raises(WouldBlockError):
            asyncio.run(run(database.check))
    database.check()
    database.close()
