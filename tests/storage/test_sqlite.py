"""What is SQLite's own: the file, the journal, the single writer."""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from tests.support.databases import SQLiteDatabases
from tests.support.rows import KEPT, state_of
from todo_api.identity import find_user, remove_user
from todo_api.storage import (
    Connection,
    Database,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    Removal,
    migrate,
)
from todo_api.storage.engine import sqlite as sqlite_module
from todo_api.storage.engine import write_lock
from todo_api.storage.engine.sqlite_driver import can_corrupt_wal
from todo_api.storage.tasks import delete_task, insert_task
from todo_api.storage.trash import remove_from_trash
from todo_api.storage.users import delete_user, insert_user, select_user

NOT_WRITABLE = Path("/sys")
"""A directory of Linux in which nobody can make a file, not even root."""


@pytest.fixture
def file(sqlite_databases: SQLiteDatabases) -> Path:
    """Give the path of a fresh, migrated database."""
    return Path(sqlite_databases.fresh().removeprefix("sqlite:///"))


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """Open it."""
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
        ((4, 0, 0), False),
    ],
)
def test_the_versions_with_the_wal_reset_bug_are_known(
    version: tuple[int, ...], *, affected: bool
) -> None:
    assert can_corrupt_wal(version) is affected


@pytest.mark.parametrize(("affected", "mode"), [(False, "wal"), (True, "delete")])
def test_an_affected_version_uses_a_rollback_journal_and_says_so(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    affected: bool,
    mode: str,
) -> None:
    monkeypatch.setattr(sqlite_module, "can_corrupt_wal", lambda _version: affected)
    with caplog.at_level(logging.WARNING):
        database = Database(f"sqlite:///{file}")
    assert [record.levelname for record in caplog.records] == ["WARNING"] * affected
    with database.transaction() as db:
        assert db.scalar(text("PRAGMA journal_mode")) == mode
        insert_user(db, username="miguel", email=None, password_hash="python")
    database.check()
    database.close()


@pytest.mark.parametrize(("pragma", "value"), [("synchronous", 2), ("foreign_keys", 1)])
def test_every_connection_is_safe(database: Database, pragma: str, value: int) -> None:
    with database.snapshot() as first, database.snapshot() as second:
        for db in (first, second):
            assert db.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_relative_path_stays_where_it_was_when_the_program_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database("sqlite:///todo.db")
    monkeypatch.chdir("/")
    migrate(database)
    database.close()
    assert (tmp_path / "todo.db").exists()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    path = tmp_path / "my täsks, 100% & more.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    assert path.exists()


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachableError, match=r"/nowhere of the SQLite database does not"):
        Database(f"sqlite:///{tmp_path}/nowhere/todo.db")


def test_a_directory_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachableError, match="is a directory"):
        Database(f"sqlite:///{tmp_path}")


def test_a_file_of_another_kind_is_refused_and_kept(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Susan, " * 100)
    database = Database(f"sqlite:///{letter}")
    with pytest.raises(DatabaseUnreachableError, match="the file is not a database of SQLite, or"):
        migrate(database)
    database.close()
    assert letter.read_text() == "Dear Susan, " * 100


@pytest.mark.parametrize("name", ["a" * 300 + "/todo.db", "a" * 300])
def test_a_name_that_no_file_can_have_is_said_to_be_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatabaseUnreachableError, match=r"cannot be looked for at .*: file name"):
        Database(f"sqlite:///{tmp_path}/{name}")


@pytest.mark.skipif(not NOT_WRITABLE.is_dir(), reason="Linux has such a directory")
def test_a_directory_that_cannot_be_written_to_is_named() -> None:
    database = Database(f"sqlite:///{NOT_WRITABLE}/todo.db")
    wanted = r"the directory /sys cannot be written to \([a-z -]+\), but SQLite keeps its log there"
    with pytest.raises(DatabaseUnreachableError, match=wanted):
        migrate(database)
    database.close()


def test_a_read_only_database_is_read_and_refuses_to_be_written(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with database.transaction() as db:
        insert_user(db, username="miguel", email=None, password_hash="python")
    database.close()
    # A write version of 3 makes SQLite itself treat a file as read-only, for root as well
    # (https://www.sqlite.org/fileformat.html#file_format_version_numbers).
    content = bytearray(file.read_bytes())
    content[18] = 3
    file.write_bytes(content)

    database = Database(f"sqlite:///{file}")
    with database.snapshot() as db:
        assert select_user(db, "miguel") is not None
    with pytest.raises(DatabaseUnavailableError, match="readonly"), database.transaction() as db:
        insert_user(db, username="susan", email=None, password_hash="cat")
    with database.snapshot() as db:
        assert select_user(db, "susan") is None
    database.close()


def test_a_full_disk_is_an_outage_that_ends_when_there_is_room(database: Database) -> None:
    def insert_much(db: Connection) -> None:
        insert_user(db, username="miguel", email=None, password_hash="python" * 100_000)

    def insert_too_much() -> None:
        with database.transaction() as db:
            db.execute(text("PRAGMA max_page_count = 1"))
            insert_much(db)

    with pytest.raises(DatabaseUnavailableError, match="full"):
        insert_too_much()
    with database.transaction() as db:
        insert_much(db)


def test_a_writer_of_another_process_is_waited_for_and_then_given_up(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "PATIENCE", 0.05)
    # Two `Database`s share no lock, as two processes do not.
    ours, theirs = (Database(f"sqlite:///{file}") for _ in range(2))
    with (
        theirs.transaction(),
        pytest.raises(DatabaseUnavailableError, match="database is locked"),
        ours.transaction(),
    ):
        pass
    with ours.transaction() as db:
        insert_user(db, username="miguel", email=None, password_hash="python")
    ours.close()
    theirs.close()


def test_a_writer_of_another_thread_is_waited_for_and_then_given_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_lock, "PATIENCE", 0.05)
    taken, release = Event(), Event()

    def hold() -> None:
        with database.transaction():
            taken.set()
            release.wait(timeout=30)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert taken.wait(timeout=30)
        with pytest.raises(DatabaseUnavailableError, match="queueing"), database.transaction():
            pass
        database.check()  # readers do not queue
        release.set()
        held.result()
    with database.transaction() as db:
        insert_user(db, username="miguel", email=None, password_hash="python")


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_a_new_file_is_nobody_elses_to_read(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/todo.db")
    migrate(database)
    files = list(tmp_path.iterdir())
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    database.close()


SECRETS = (b"a hash that nobody may see", b"susan@example.com", b"a secret errand", b"errand")


def add_susan(database: Database) -> int:
    """Add a user with two hundred tasks, whose words are in no other row."""
    with database.transaction() as db:
        susan = insert_user(
            db,
            username="susan",
            email="susan@example.com",
            password_hash="a hash that nobody may see",
        )
        for number in range(200):
            fields = {"title": f"a secret errand {number}", "labels": ["errand"]}
            insert_task(db, susan.list_id, fields)
    return susan.id


def traces(file: Path) -> list[bytes]:
    """Return which secrets stand in the database's file or in its log."""
    files = [file, *file.parent.glob(f"{file.name}-wal")]
    contents = b"".join(one.read_bytes() for one in files)
    return [secret for secret in SECRETS if secret in contents]


def test_nothing_of_a_deleted_account_is_left_in_the_files(database: Database, file: Path) -> None:
    susan = add_susan(database)
    assert traces(file) == list(SECRETS)
    with database.transaction() as db:
        delete_user(db, susan)
        removal = Removal()
        while removal.remove_piece(db, susan):
            pass
    database.forget_deleted()
    assert traces(file) == []


def test_nothing_of_an_account_that_was_deleted_in_pieces_is_left_in_the_files(
    database: Database, file: Path
) -> None:
    add_susan(database)
    for _ in remove_user(database, find_user(database, "susan")):
        pass
    assert traces(file) == []


def test_a_deleted_task_is_in_the_trash_and_nothing_of_it_is_left_once_that_is_empty(
    database: Database, file: Path
) -> None:
    with database.transaction() as db:
        user = insert_user(db, username="david", email=None, password_hash="x")
        task = insert_task(db, user.list_id, {"title": "a hidden errand", "labels": ["hidden"]})
        delete_task(db, user.list_id, task.id, forget_before=KEPT)
    database.forget_deleted()
    assert b"hidden" in file.read_bytes()
    with database.transaction() as db:
        until = state_of(db, user.list_id).version
        assert remove_from_trash(db, user.list_id, until=until) == 1
    database.forget_deleted()
    files = [file, *file.parent.glob(f"{file.name}-wal")]
    assert [one for one in files if b"hidden" in one.read_bytes()] == []


def test_a_reader_is_not_waited_for_and_loses_nothing(database: Database, file: Path) -> None:
    susan = add_susan(database)
    with ThreadPoolExecutor(1) as other, database.snapshot() as reading:
        assert select_user(reading, "susan")

        def delete() -> None:
            with database.transaction() as db:
                delete_user(db, susan)
                removal = Removal()
                while removal.remove_piece(db, susan):
                    pass
            database.forget_deleted()

        other.submit(delete).result(5)
        assert select_user(reading, "susan")
    database.forget_deleted()
    assert traces(file) == []
