"""The database as a whole: its URL, its transactions, its outages."""

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from tests.support.databases import lack
from tests.support.rows import select_tasks
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
    UserRow,
    migrate,
)
from todo_api.storage.engine.sqlite_driver import can_corrupt_wal, load_driver
from todo_api.storage.tasks import insert_task
from todo_api.storage.users import select_user, update_user


def test_an_exception_rolls_back_all_that_its_block_did(
    database: Database, miguels_account: UserRow
) -> None:
    miguel = miguels_account.list_id

    def stop_halfway() -> None:
        with database.transaction() as db:
            insert_task(db, miguel, {"title": "First", "description": "", "done": False})
            update_user(db, miguels_account.id, {"email": "miguel@example.com"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stop_halfway()
    with database.snapshot() as db:
        user = select_user(db, "miguel")
        assert user is not None
        assert user.email is None
        assert select_tasks(db, miguel) == []


def test_a_transaction_is_seen_by_others_when_it_is_whole(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        insert_task(db, miguel, {"title": "First", "description": "", "done": False})
        with database.snapshot() as other:
            assert select_tasks(other, miguel) == []
        insert_task(db, miguel, {"title": "Second", "description": "", "done": False})
    with database.snapshot() as db:
        assert len(select_tasks(db, miguel)) == 2


def test_a_snapshot_stays_as_it_is_while_others_write(
    database: Database, database_url: str, miguel: int
) -> None:
    if database_url.startswith("sqlite") and can_corrupt_wal(load_driver().sqlite_version_info):
        lack("an SQLite that may use a write-ahead log: its writers wait for readers")
    with database.snapshot() as db:
        assert select_tasks(db, miguel) == []
        with database.transaction() as other:
            insert_task(other, miguel, {"title": "Meanwhile", "description": "", "done": False})
        assert select_tasks(db, miguel) == []
    with database.snapshot() as db:
        assert len(select_tasks(db, miguel)) == 1


def test_a_snapshot_without_a_statement_harms_nothing(database: Database) -> None:
    for _ in range(3):
        with database.snapshot(), database.snapshot():
            pass
    database.check()


def test_nothing_that_a_snapshot_writes_stays(database: Database, miguels_account: UserRow) -> None:
    try:
        with database.snapshot() as db:
            update_user(db, miguels_account.id, {"email": "miguel@example.com"})
    except DatabaseUnavailableError:
        pass  # PostgreSQL refuses; it says the same on a standby, hence the class
    with database.snapshot() as db:
        user = select_user(db, "miguel")
    assert user is not None
    assert user.email is None


def test_a_wrong_statement_is_a_fault_of_the_program_not_an_outage(database: Database) -> None:
    with pytest.raises(database.driver_errors, match="nowhere"), database.transaction() as db:
        db.execute(text("SELECT * FROM nowhere"))
    database.check()


def test_many_threads_read_and_write_at_the_same_time(database: Database, miguel: int) -> None:
    def work(number: int) -> int:
        if number % 2:
            with database.transaction() as db:
                insert_task(db, miguel, {"title": str(number), "description": "", "done": False})
        with database.snapshot() as db:
            return len(select_tasks(db, miguel))

    with ThreadPoolExecutor(16) as pool:
        assert max(pool.map(work, range(200))) == 100


def test_a_lost_transaction_is_run_again(database: Database) -> None:
    runs = []

    def lose_twice() -> str:
        runs.append("run")
        if len(runs) < 3:
            raise TransactionLostError
        return "done"

    assert database.retrying(lose_twice) == "done"
    assert len(runs) == 3


def test_a_transaction_that_is_lost_each_time_is_given_up(database: Database) -> None:
    runs = []

    def lose() -> None:
        runs.append("run")
        raise TransactionLostError

    with pytest.raises(DatabaseUnavailableError):
        database.retrying(lose)
    assert 1 < len(runs) < 10


def test_what_is_no_lost_transaction_is_not_run_again(database: Database) -> None:
    runs = []

    def fail() -> None:
        runs.append("run")
        raise DatabaseUnavailableError

    with pytest.raises(DatabaseUnavailableError):
        database.retrying(fail)
    assert len(runs) == 1


def test_a_closed_database_opens_again_when_it_is_used(database: Database) -> None:
    database.close()
    database.check()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("todo.db", "The database URL cannot be read"),
        ("", "The database URL cannot be read"),
        ("postgresql://me:secret@host:port/todo", "The database URL cannot be read"),
        ("mysql://me:secret@host/todo", "The database URL names mysql"),
        ("postgresql+asyncpg://me:secret@host/todo", "The database URL names postgresql"),
        ("postgresql://me:pa@secret@host/todo", "The database URL has more than one @"),
        ("postgresql://me:pa@ss/secret@host/todo", "The database URL has more than one @"),
        ("postgresql://", "The database URL names no database"),
        ("postgresql:///", "The database URL names no database"),
        ("sqlite://", "An SQLite database must be a file"),
        ("sqlite:///:memory:", "An SQLite database must be a file"),
        ("sqlite:///file:todo.db", "An SQLite database must be a file"),
        ("sqlite:///todo.db?mode=ro", "An SQLite URL takes no options"),
        ("sqlite://todo.db", "An SQLite URL has three slashes"),
    ],
)
def test_a_url_that_cannot_be_used_is_explained_without_its_password(
    url: str, sentence: str
) -> None:
    with pytest.raises(DatabaseUrlInvalidError) as refusal:
        Database(url)
    explanation = str(refusal.value)
    assert explanation.startswith(sentence)
    assert explanation.endswith(".")
    assert "secret" not in explanation


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_a_server_that_is_not_there_is_named_without_the_password(scheme: str) -> None:
    with socket.socket() as deaf:  # bound, so that nobody else listens there
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        database = Database(f"{scheme}://me:secret@127.0.0.1:{port}/todo")
        with pytest.raises(DatabaseUnreachableError) as refusal:
            migrate(database)
        with pytest.raises(DatabaseUnavailableError):
            database.check()
    explanation = str(refusal.value)
    assert explanation.startswith(f"The PostgreSQL database todo on 127.0.0.1:{port} ")
    assert "refused" in explanation
    assert "secret" not in explanation
    assert "\n" not in explanation


def test_a_connection_that_all_others_hold_is_waited_for(database_url: str) -> None:
    database = Database(database_url, connections=1)
    taken, release = Event(), Event()

    def hold() -> None:
        with database.snapshot():
            taken.set()
            release.wait(timeout=30)

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(hold)
        assert taken.wait(timeout=30)
        waiting = pool.submit(database.check)
        release.set()
        held.result()
        waiting.result()
    database.close()


def test_an_error_does_not_repeat_what_was_to_be_stored(database: Database) -> None:
    with pytest.raises(database.driver_errors) as error, database.transaction() as db:
        db.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "a private address"})
    assert "a private address" not in str(error.value)
