"""Migration: forward, once, and never over somebody else's data."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from queue import SimpleQueue
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import make_url, select, text

from tests.support.databases import PostgreSQLDatabases
from tests.support.rows import KEPT, changes_of, state_of
from todo_api.storage import (
    Database,
    DatabaseForeignError,
    DatabaseNewerError,
    DatabaseUnreachableError,
    DeletionsForgottenError,
    Point,
    Removal,
    TaskMissingError,
    TaskRow,
    UserGoneError,
    is_current,
    migrate,
    restore_task,
    select_last_task_id,
    select_trash,
)
from todo_api.storage.listing import select_page
from todo_api.storage.lists import id_before, number_within
from todo_api.storage.migration import (
    REVISION_TABLE,
    keep_writers_out,
    revisions,
    upgrade,
)
from todo_api.storage.positions import position_of
from todo_api.storage.schema import lists, metadata, users
from todo_api.storage.schema import tasks as tasks_table
from todo_api.storage.tasks import delete_task, insert_task
from todo_api.storage.users import insert_user, select_user
from todo_api.times import FIRST

REVISIONS = revisions()


@pytest.fixture
def unmigrated(empty_database_url: str) -> Database:
    """Open a database that nothing was ever done to."""
    database = Database(empty_database_url)
    database.prepare()
    return database


def test_an_empty_database_is_migrated_once(unmigrated: Database) -> None:
    assert not is_current(unmigrated)
    assert migrate(unmigrated)
    assert is_current(unmigrated)
    assert not migrate(unmigrated)
    unmigrated.close()


@pytest.fixture
def outdated_url(postgresql_databases: PostgreSQLDatabases) -> Iterator[str]:
    """A database of the version before 0007, which changes several tables of those in use."""
    url = postgresql_databases.empty()
    database = Database(url)
    with database.migration() as (connection, _):
        upgrade(connection, "0006")
    database.close()
    yield url
    postgresql_databases.discard(url)


@pytest.fixture
def outdated(outdated_url: str) -> Iterator[Database]:
    """Open it."""
    database = Database(outdated_url)
    yield database
    database.close()


@pytest.fixture
def other(outdated_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Another program, in a transaction, which waits for locks as long as it takes."""
    url = make_url(outdated_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        yield connection


def wait_for_a_lock(database: Database, migrating: Future[bool]) -> None:
    """Wait until somebody waits for a lock."""
    waits = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE NOT granted AND datname = current_database()"
    )
    until = time.monotonic() + 60
    while not migrating.done():
        with database.snapshot() as db:
            if db.scalar(waits):
                return
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_migration_and_a_writer_do_not_wait_for_each_other(
    outdated: Database, other: psycopg.Connection[tuple[Any, ...]]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        other.execute("LOCK TABLE users IN ROW SHARE MODE")  # as who locks a row of it
        migrating = pool.submit(migrate, outdated)
        wait_for_a_lock(outdated, migrating)
        other.execute("LOCK TABLE deleted_tasks IN ROW EXCLUSIVE MODE")  # as who writes to it
        other.commit()
        migrating.result(60)
    assert is_current(outdated)


@pytest.mark.parametrize(("present", "locked"), [("0009", {"users"}), ("0010", {"lists", "users"})])
def test_writers_are_kept_out_of_what_they_lock_first(
    postgresql_databases: PostgreSQLDatabases, present: str, locked: set[str]
) -> None:
    url = postgresql_databases.fresh()
    database = Database(url)
    with database.transaction() as db:
        keep_writers_out(db, present)
        locks = "SELECT relation::regclass::text FROM pg_locks WHERE mode = 'ExclusiveLock'"
        found = db.all(text(f"{locks} AND relation IS NOT NULL"))
        assert {name for (name,) in found} == locked
    database.close()
    postgresql_databases.discard(url)


def test_a_migration_gives_way_to_who_does_not_end(
    outdated: Database,
    other: psycopg.Connection[tuple[Any, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("todo_api.storage.engine.postgresql.backend.MIGRATION_PATIENCE", 1)
    told: SimpleQueue[str] = SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        other.execute("SELECT count(*) FROM users")  # a copy of the database takes long
        migrating = pool.submit(migrate, outdated, tell=told.put)
        while "is in use by another program" not in told.get(timeout=60):
            pass
        with outdated.snapshot() as db:  # others have gone on
            assert db.scalar(text("SELECT count(*) FROM users")) == 0
        other.commit()
        assert not migrating.result(60)
    assert is_current(outdated)


def test_a_server_that_goes_during_a_migration_is_an_outage_and_not_a_fault(
    outdated: Database, other: psycopg.Connection[tuple[Any, ...]]
) -> None:
    """As when a failover ends all sessions: whoever starts then waits for the server."""
    told: list[str] = []

    def tell(sentence: str) -> None:
        if not told:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        told.append(sentence)

    with pytest.raises(DatabaseUnreachableError, match="is unavailable"):
        migrate(outdated, tell=tell)
    assert told
    other.commit()
    assert not migrate(outdated)
    assert is_current(outdated)


def test_a_migrated_database_keeps_its_data(database: Database, miguel: int) -> None:
    assert not migrate(database)
    with database.snapshot() as db:
        user = select_user(db, "miguel")
    assert user is not None
    assert user.id == miguel


def test_the_migrated_schema_is_the_one_that_the_program_uses(database: Database) -> None:
    with database.migration() as (connection, _):
        options = {
            "version_table": REVISION_TABLE,
            # SQLite counts keys up without an identity, which would be taken for a difference.
            "compare_server_default": connection.dialect.name == "postgresql",
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("earlier", REVISIONS)
def test_each_revision_is_migrated_forward(unmigrated: Database, earlier: str) -> None:
    with unmigrated.migration() as (connection, _):
        upgrade(connection, earlier)
    assert not migrate(unmigrated)
    assert is_current(unmigrated)
    unmigrated.close()


def test_revisions_are_named_by_their_numbers() -> None:
    numbers = [f"{number:04}" for number in range(1, len(REVISIONS) + 1)]
    assert numbers == REVISIONS


def test_a_newer_database_is_refused_in_one_sentence(database: Database) -> None:
    with database.transaction() as db:
        db.execute(text(f"UPDATE {REVISION_TABLE} SET version_num = '9999'"))  # noqa: S608 - ours
    assert not is_current(database)
    with pytest.raises(DatabaseNewerError, match=r"newer version .* \(revision 9999\)"):
        migrate(database)


def test_tables_of_another_program_are_refused_in_one_sentence(unmigrated: Database) -> None:
    with unmigrated.migration() as (_, db):
        db.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with pytest.raises(DatabaseForeignError, match=r"tables of another program \(invoices\)"):
        migrate(unmigrated)
    with unmigrated.looking() as found:
        assert found is not None
        assert found.scalar(text("SELECT count(*) FROM invoices")) == 0
    unmigrated.close()


def test_a_failing_migration_leaves_nothing_behind(unmigrated: Database) -> None:
    def fail_halfway() -> None:
        with unmigrated.migration() as (connection, db):
            upgrade(connection)
            db.execute(text("CREATE TABLE users (id INTEGER)"))

    with pytest.raises(Exception, match=re.compile("already exists")):
        fail_halfway()
    assert migrate(unmigrated)
    unmigrated.close()


def test_of_many_processes_that_start_together_one_migrates(empty_database_url: str) -> None:
    program = (
        "import sys; from todo_api.storage import Database, migrate;"
        " database = Database(sys.argv[1]); print(migrate(database)); database.check()"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_database_url], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(answers) == ["False", "False", "True"]


def test_a_user_can_be_stored_right_after_migration(unmigrated: Database) -> None:
    migrate(unmigrated)
    with unmigrated.transaction() as db:
        insert_user(db, username="miguel", email=None, password_hash="python")
    unmigrated.close()


USER_BEFORE_PIECES = (
    "INSERT INTO users (username, password_hash, last_task_id, last_change)"
    " VALUES ('miguel', 'x', 3, 3)"
)
TASK_BEFORE_PIECES = (
    "INSERT INTO tasks (user_id, id, title, description, done, priority, labels, created_at,"
    " updated_at, change, title_key, words)"
    " VALUES (1, :task, :title, '', false, 0, '[]', :at, :at, :task, :title, :words)"
)


def test_words_within_text_without_spaces_are_found_after_migration(unmigrated: Database) -> None:
    told: list[str] = []
    with unmigrated.migration() as (connection, db):
        upgrade(connection, "0008")
        db.execute(text(USER_BEFORE_PIECES))
        for task, title, words in (
            (1, "买牛奶", ["买牛奶"]),
            (2, "Rest", ["rest"]),
            (3, "हिन्दी", ["ह", "न", "द"]),
        ):
            found_by = "".join(f" {word}" for word in words)
            values = {"task": task, "title": title, "words": found_by, "at": FIRST}
            db.execute(text(TASK_BEFORE_PIECES), values)
            for word in words:
                values = {"word": word, "task": task}
                db.execute(text("INSERT INTO task_words VALUES (1, :word, :task)"), values)
    migrate(unmigrated, tell=told.append)
    with unmigrated.snapshot() as db:
        for word, number in (("牛奶", 1), ("rest", 2), ("हिन्दी", 3)):
            [found] = select_page(db, state_of(db, 1), filters={"q": word}, limit=9).tasks
            assert found.id == found.version == number
            assert found.updated_at == FIRST
        assert select_page(db, state_of(db, 1), filters={"q": "द"}, limit=9).tasks == []
        stored = db.all(text("SELECT task_id, word FROM task_words"), {})
        expected = {(1, "买牛"), (1, "牛奶"), (1, "奶"), (2, "rest"), (3, "हिन्दी")}
        assert {tuple(row) for row in stored} == expected
    assert told
    unmigrated.close()


def test_tasks_of_the_first_revision_are_found_like_any_others(unmigrated: Database) -> None:
    with unmigrated.migration() as (connection, db):
        upgrade(connection, "0001")
        user: int = db.scalar(
            text(
                "INSERT INTO users (username, password_hash, last_task_id)"
                " VALUES ('miguel', 'python', 3) RETURNING id"
            )
        )
        db.execute(
            text(
                "INSERT INTO tasks (user_id, id, title, description, done)"
                " VALUES (:user, 1, 'Éclair', 'Two of them', true), (:user, 3, 'Rest', '', false)"
            ),
            {"user": user},
        )
    migrate(unmigrated)
    with unmigrated.snapshot() as db:
        counted = select(lists.c.stored_tasks, lists.c.stored_text, users.c.stored_keys).join(users)
        # The bytes of the titles, of one description, and of two empty lists of labels.
        assert tuple(db.one(counted)) == (2, 7 + 4 + 11 + 4, 0)
        eclair, rest = select_page(db, state_of(db, user), limit=9).tasks
        for filters in ({"q": "two"}, {"title_prefix": "éCL"}, {"done": True}):
            assert select_page(db, state_of(db, user), filters=filters, limit=9).tasks == [eclair]
        assert state_of(db, user).version == rest.version == 3
    assert (eclair.title, eclair.description, eclair.done) == ("Éclair", "Two of them", True)
    assert (eclair.due, eclair.priority, eclair.labels) == (None, 0, [])
    assert eclair.created_at == eclair.updated_at == eclair.completed_at == rest.created_at
    assert rest.completed_at is None
    with unmigrated.transaction() as db:
        assert insert_task(db, user, {"title": "Read"}).version == 4
        delete_task(db, user, 1, forget_before=KEPT)
    unmigrated.close()


BEFORE_LISTS = "0009"
USERS_BEFORE_LISTS = (
    "INSERT INTO users (username, password_hash, last_task_id, last_change, last_changed_at,"
    " forgotten_change, stored_tasks, stored_text, stored_keys, deleted_at)"
    " VALUES (:name, 'x', 3, 10, '2026-11-30', 2, 2, 40, 7, :deleted_at) RETURNING id"
)
THINGS_BEFORE_LISTS = (
    (
        "INSERT INTO tasks (user_id, id, title, description, done, due, priority, labels,"
        " created_at, updated_at, completed_at, change, title_key, due_key, words, uid) VALUES"
        " (:user, 1, 'Éclair', 'Two', true, '2026-11-30', 3, '[\"home\"]',"
        " '2026-01-01', '2026-01-02', '2026-01-02', 5, 'éclair', '2026-12-01',"
        " ' two éclair', 'u-1'),"
        " (:user, 3, 'Rest', '', false, NULL, 0, '[]', '2026-01-03', '2026-01-03',"
        " NULL, 10, 'rest', NULL, ' rest', NULL)"
    ),
    "INSERT INTO task_labels (user_id, label, task_id) VALUES (:user, 'home', 1)",
    (
        "INSERT INTO task_words (user_id, word, task_id)"
        " VALUES (:user, 'two', 1), (:user, 'éclair', 1), (:user, 'rest', 3)"
    ),
    (
        "INSERT INTO deleted_tasks (user_id, change, task_id, deleted_at)"
        " VALUES (:user, 7, 2, '2026-01-04')"
    ),
)


def test_each_users_tasks_become_a_list_of_their_own(unmigrated: Database) -> None:
    with unmigrated.migration() as (connection, db):
        upgrade(connection, BEFORE_LISTS)
        for name, deleted_at in ((":1", "2026"), ("miguel", None), ("susan", None), ("eve", None)):
            values = {"name": name, "deleted_at": deleted_at}
            user = db.scalar(text(USERS_BEFORE_LISTS), values)
            for statement in THINGS_BEFORE_LISTS[: None if name != "eve" else 0]:
                db.execute(text(statement), {"user": user})
    migrate(unmigrated)
    with unmigrated.snapshot() as db:
        found = [select_user(db, name) for name in ("miguel", "susan", "eve", ":1")]
        miguel, susan, eve, gone = [user.list_id for user in found if user is not None]
        tasks = select_page(db, state_of(db, miguel), limit=9).tasks
        hers = select_page(db, state_of(db, susan), limit=9).tasks
        changes = changes_of(db, miguel, Point(5, 5)).found
        assert [(change.id, change.version) for change in changes] == [(2, 7), (3, 10)]
        # Whoever has a copy of her list has it under other ids, and has to begin anew.
        for known in (5, 10):
            with pytest.raises(DeletionsForgottenError):
                changes_of(db, susan, Point(known, known))
        assert changes_of(db, susan).found == hers
        assert state_of(db, susan).version > 10
        for list_id, behind in ((miguel, 0), (susan, id_before(susan))):
            for filters in ({"q": "two"}, {"label": ["home"]}, {"title_prefix": "éCL"}):
                [eclair] = select_page(db, state_of(db, list_id), filters=filters, limit=9).tasks
                assert eclair.id - behind == 1
            assert select_last_task_id(db, list_id) == behind + 3
        assert select_page(db, state_of(db, eve), limit=9).tasks == []
        counters = select(lists.c.forgotten_version, lists.c.stored_tasks, lists.c.stored_text)
        of_miguel, *of_others = db.all(counters.order_by(lists.c.id))
        assert tuple(of_miguel) == (2, 2, 40)
        assert {tuple(row) for row in of_others} == {(11, 2, 40)}
        with pytest.raises(UserGoneError):
            state_of(db, gone)
    assert miguel == 1
    assert len({miguel, susan, eve, gone}) == 4
    assert [task.id for task in tasks] == [1, 3]
    assert [task._replace(id=number_within(task.id)) for task in hers] == tasks
    assert tasks[0] == TaskRow(
        *(1, "Éclair", "Two", True, "2026-11-30", 3, ["home"], "2026-01-01", "2026-01-02"),
        *("2026-01-02", 5),
        position=position_of(1),
    )
    with unmigrated.transaction() as db:
        assert insert_task(db, susan, {"title": "Read"}).id == hers[-1].id + 1
        removal = Removal()
        while removal.remove_some_piece(db):
            pass
        left = {row[0] for row in db.all(select(tasks_table.c.list_id).distinct())}
        assert left == {miguel, susan}
    unmigrated.close()


def test_a_list_of_before_has_an_empty_trash_and_can_throw_away(unmigrated: Database) -> None:
    with unmigrated.migration() as (connection, db):
        upgrade(connection, "0010")
        db.execute(
            text("INSERT INTO users (username, password_hash, list_id) VALUES ('miguel', 'x', 1)")
        )
        db.execute(
            text(
                "INSERT INTO lists (id, owner_id, last_task_id, last_change, stored_tasks,"
                " stored_text) SELECT 1, id, 2, 9, 1, 6 FROM users"
            )
        )
        db.execute(
            text(
                "INSERT INTO tasks (list_id, id, title, description, done, priority, labels,"
                " created_at, updated_at, change, title_key, words) VALUES (1, 2, 'Rest', '',"
                " false, 0, '[]', :at, :at, 9, 'rest', ' rest')"
            ),
            {"at": FIRST},
        )
        db.execute(text("INSERT INTO deleted_tasks VALUES (1, 8, 1, :at)"), {"at": FIRST})
    migrate(unmigrated)
    with unmigrated.transaction() as db:
        assert select_trash(db, 1, before=FIRST, limit=9).found == []
        with pytest.raises(TaskMissingError):
            restore_task(db, 1, 1, before=FIRST)
        [task] = select_page(db, state_of(db, 1), limit=9).tasks
        delete_task(db, 1, 2, forget_before=timedelta(days=100_000))
        counts = (lists.c.stored_tasks, lists.c.stored_text)
        in_trash = (lists.c.trashed_tasks, lists.c.trashed_text)
        assert tuple(db.one(select(*counts, *in_trash))) == (0, 0, 1, 6)
        restored = restore_task(db, 1, 2, before=FIRST)
        assert restored == task._replace(version=11, updated_at=restored.updated_at)
        assert tuple(db.one(select(*counts, *in_trash))) == (1, 6, 0, 0)
    unmigrated.close()


def test_tasks_of_before_are_on_the_top_level_in_the_trash_as_well(unmigrated: Database) -> None:
    with unmigrated.migration() as (connection, db):
        upgrade(connection, "0014")
        db.execute(
            text("INSERT INTO users (username, password_hash, list_id) VALUES ('miguel', 'x', 1)")
        )
        db.execute(
            text(
                "INSERT INTO lists (id, owner_id, last_task_id, last_change, stored_tasks,"
                " stored_text, trashed_tasks, trashed_text) SELECT 1, id, 2, 9, 1, 6, 1, 6"
                " FROM users"
            )
        )
        db.execute(
            text(
                "INSERT INTO tasks (list_id, id, title, description, done, priority, labels,"
                " created_at, updated_at, change, title_key, words) VALUES (1, 2, 'Rest', '',"
                " false, 0, '[]', :at, :at, 9, 'rest', ' rest')"
            ),
            {"at": FIRST},
        )
        db.execute(text("INSERT INTO deleted_tasks VALUES (1, 8, 1, :at)"), {"at": FIRST})
        content: dict[str, Any] = {"title": "Read", "description": "", "labels": [], "uid": None}
        content |= {"created_at": FIRST, "updated_at": FIRST, "completed_at": None}
        db.execute(
            text("INSERT INTO trash VALUES (1, 1, 8, :at, :content, 6)"),
            {"at": FIRST, "content": json.dumps(content)},
        )
    migrate(unmigrated)
    with unmigrated.transaction() as db:
        assert restore_task(db, 1, 1, before=FIRST).parent_id is None
        part = insert_task(db, 1, {"title": "Sleep", "parent_id": 2})
        top = select_page(db, state_of(db, 1), filters={"top_level": True}, limit=9).tasks
        assert [task.position for task in top] == [position_of(1), position_of(2)]
        assert [task.id for task in top] == [1, 2]
        delete_task(db, 1, 2, forget_before=timedelta(days=100_000))
        restore_task(db, 1, 2, before=FIRST)
        [found] = select_page(db, state_of(db, 1), filters={"parent_id": 2}, limit=9).tasks
        assert found.id == part.id
    unmigrated.close()
