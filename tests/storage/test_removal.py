"""What a deleted list has left is removed in pieces that cost the same, however much there is."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.entries import entries_read
from todo_api.storage import Connection, Database, Removal, UserRow, delete_user
from todo_api.storage.removal import PIECE
from todo_api.storage.tasks import insert_task
from todo_api.storage.transfer import insert_tasks, prepare_tasks

log = logging.getLogger(__name__)

TASKS = 5 * PIECE
WORDS = ("buy", "milk", "now")
ROWS = TASKS * (1 + len(WORDS)) + 2
"""The list and the user included."""


@pytest.fixture
def gone(database: Database, miguels_account: UserRow) -> int:
    """Return the id of a user who had very many tasks, and was deleted."""
    tasks = prepare_tasks({"title": " ".join(WORDS)} for _ in range(TASKS))
    with database.transaction() as db:
        insert_tasks(db, miguels_account.list_id, tasks, by=miguels_account.id)
        delete_user(db, miguels_account.id)
    return miguels_account.id


@pytest.fixture
def watched(database_url: str, gone: int) -> Iterator[Connection]:
    """Hold a snapshot, in which all that is removed can still be seen."""
    database = Database(database_url)
    with database.snapshot() as db:
        assert db.scalar(text(f"SELECT count(*) FROM users WHERE id = {gone}")) == 1  # noqa: S608 - ours
        yield db
    database.close()


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize("mode", ["custom", "generic"])
@pytest.mark.parametrize("counted", [False, True], ids=["uncounted", "counted"])
def test_a_piece_reads_no_more_the_more_was_removed_before(
    database: Database,
    mode: str,
    counted: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Whether the planner has counted the rows, or has not come to it yet, and for any values."""
    if counted:
        with database.migration() as (_, db):
            db.execute(text("ANALYZE"))
    removal = Removal()
    read = []
    for _ in range(ROWS // PIECE):
        with database.transaction() as db:
            db.execute(text(f"SET LOCAL plan_cache_mode = force_{mode}_plan"))
            before = entries_read(db)
            assert removal.remove_some_piece(db) == PIECE
            read.append(entries_read(db) - before)
    log.info("at most %d entries were read for %d rows", max(read), PIECE)
    # Each row is read twice: to find where the piece ends, and to be deleted.
    assert max(read) < 2.2 * PIECE, read


def test_a_piece_whose_transaction_was_lost_is_removed_in_the_end(
    database: Database, gone: int
) -> None:
    removal = Removal()
    removed = 0
    for number in range(ROWS):
        lost = number % 3 == 1
        with suppress(ZeroDivisionError), database.transaction() as db:
            rows = removal.remove_piece(db, gone)
            assert rows <= PIECE
            1 / (not lost)
        if not lost:
            removed += rows
            if not rows:
                break
    assert removed == ROWS
    assert nothing_is_left(database)


def test_two_who_remove_the_same_remove_all_of_it_once(database: Database, gone: int) -> None:
    both = Removal(), Removal()
    removed = 0
    rows = [1, 1]
    while any(rows):
        for number, removal in enumerate(both):
            with database.transaction() as db:
                rows[number] = removal.remove_piece(db, gone)
            removed += rows[number]
    assert removed == ROWS
    assert nothing_is_left(database)


def test_what_was_interrupted_is_gone_on_with(database: Database, gone: int) -> None:
    removed = 0
    while True:
        with database.transaction() as db:
            rows = Removal().remove_piece(db, gone)
        removed += rows
        if not rows:
            break
    assert removed == ROWS
    assert nothing_is_left(database)


@pytest.mark.usefixtures("gone")
def test_a_list_after_the_other_is_removed_from_its_beginning(
    database: Database, susans_account: UserRow
) -> None:
    with database.transaction() as db:
        insert_task(db, susans_account.list_id, {"title": "Buy milk now", "labels": ["home"]})
        delete_user(db, susans_account.id)
    removal = Removal()
    removed = 0
    with database.transaction() as db:
        while rows := removal.remove_some_piece(db):
            removed += rows
    assert removed == ROWS + 1 + len(WORDS) + 1 + 2
    assert nothing_is_left(database)


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_whoever_was_overtaken_goes_on_with_the_next_list(
    database: Database, susans_account: UserRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as db:
        delete_user(db, susans_account.id)
    owners: list[int] = []
    remove = Removal._remove  # noqa: SLF001 - where it has found an owner

    def overtaken(self: Removal, db: Connection, owner: int, *of_it: Any) -> int:  # noqa: ANN401
        owners.append(owner)
        if len(owners) == 1:
            with database.transaction() as theirs:
                while remove(self, theirs, owner, *of_it):
                    pass
        return remove(self, db, owner, *of_it)

    monkeypatch.setattr(Removal, "_remove", overtaken)
    with database.transaction() as db:
        assert Removal().remove_some_piece(db) == 1
    assert owners[0] != owners[-1]


def nothing_is_left(database: Database) -> bool:
    tables = ("users", "lists", "tasks", "task_words", "task_labels")
    with database.snapshot() as db:
        return not any(db.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables)  # noqa: S608 - ours
