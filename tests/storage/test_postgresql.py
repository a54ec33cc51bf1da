"""What is PostgreSQL's own: lost races, lost servers."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier, Event

import pytest
from sqlalchemy import text

from tests.reliability.served import eventually
from tests.support.databases import PostgreSQLDatabases, PostgreSQLServer, postgresql_server
from tests.support.sharing import join, new_list
from todo_api.storage import (
    Connection,
    Database,
    DatabaseForeignError,
    DatabaseUnavailableError,
    ListMissingError,
    TransactionLostError,
    UserRow,
    delete_list,
    delete_member,
    hold_list,
    hold_lists,
    migrate,
    update_member,
)
from todo_api.storage.access import hold_role
from todo_api.storage.engine import Statement
from todo_api.storage.engine.postgresql import pulse
from todo_api.storage.lists import add_list
from todo_api.storage.tasks import insert_task
from todo_api.storage.usage import count_answers
from todo_api.storage.users import delete_user, insert_user, update_user


@pytest.fixture
def database_url(postgresql_databases: PostgreSQLDatabases) -> Iterator[str]:
    """Give a fresh, migrated database on PostgreSQL alone."""
    url = postgresql_databases.fresh()
    yield url
    postgresql_databases.discard(url)


def test_both_sides_of_a_deadlock_succeed_when_they_are_retried(
    database: Database, miguels_account: UserRow, susans_account: UserRow
) -> None:
    miguel, susan = miguels_account.id, susans_account.id
    together, lost = Barrier(2), []

    def update_both(users: list[int]) -> None:
        runs = 0

        def run() -> None:
            nonlocal runs
            runs += 1
            with database.transaction() as db:
                update_user(db, users[0], {"email": f"{users[0]}@example.com"})
                if runs == 1:
                    together.wait(timeout=30)
                update_user(db, users[1], {"email": f"{users[0]}@example.com"})

        database.retrying(run)
        lost.append(runs - 1)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(update_both, [[miguel, susan], [susan, miguel]]))
    assert sorted(lost) == [0, 1]


def delete_account(database: Database, user: UserRow) -> bool:
    with database.transaction() as db:
        return delete_user(db, user.id)


def has_to_wait(database: Database) -> bool:
    """Tell whether some transaction waits for another."""
    with database.snapshot() as db:
        return bool(db.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_creation_under_a_key_and_the_deletion_of_the_account_do_not_wait_for_each_other(
    database: Database, susans_account: UserRow
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as db:
            insert_task(db, susans_account.list_id, {"title": "Read"})
            deletion = pool.submit(delete_account, database, susans_account)
            eventually(partial(has_to_wait, database), 20)
            count_answers(db, susans_account.id, 1, 10)  # locks the account's row
        assert deletion.result(20)


def test_an_account_that_is_deleted_takes_the_list_along_that_is_being_made(
    database: Database, susans_account: UserRow
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as db:
            add_list(db, susans_account, name="More", time_zone="UTC", most=2)
            deletion = pool.submit(delete_account, database, susans_account)
            eventually(partial(has_to_wait, database), 20)
        assert deletion.result(20)
    with database.snapshot() as db:
        left = "SELECT count(*) FROM lists WHERE owner_id = :owner AND deleted_at IS NULL"
        assert db.scalar(Statement(text(left)), {"owner": susans_account.id}) == 0


def hand_over(db: Connection, owner: UserRow, list_id: int) -> None:
    update_member(db, owner, list_id, "susan", "owner")


MEANWHILE: dict[str, tuple[Callable[[Connection, UserRow, int], object], str, str | None]] = {
    "removed": (
        lambda db, owner, it: delete_member(db, owner, it, "susan", own=False),
        "susan",
        None,
    ),
    "made a viewer": (
        lambda db, owner, it: update_member(db, owner, it, "susan", "viewer"),
        "susan",
        "viewer",
    ),
    "made the owner": (hand_over, "susan", "owner"),
    "no longer the owner": (hand_over, "miguel", "editor"),
    "without the list": (lambda db, owner, it: delete_list(db, owner.id, it), "susan", None),
    "the heir": (lambda db, owner, _: delete_user(db, owner.id), "susan", "owner"),
}
"""What becomes of whom, by what the owner of a list does, and the role that they then have."""


@pytest.mark.parametrize("name", MEANWHILE)
@pytest.mark.parametrize("several", [False, True], ids=["one list", "several"])
def test_whoever_waits_for_a_list_has_the_role_that_is_given_meanwhile(
    database: Database,
    miguels_account: UserRow,
    susans_account: UserRow,
    name: str,
    several: bool,  # noqa: FBT001 - a parameter
) -> None:
    act, who, role = MEANWHILE[name]
    user = susans_account if who == "susan" else miguels_account
    kitchen = new_list(database, miguels_account)
    join(database, miguels_account, kitchen, susans_account)

    def hold() -> str | None:
        with database.transaction() as db:
            if several:
                return hold_lists(db, user, {user.list_id, kitchen}).get(kitchen)
            with suppress(ListMissingError):
                return hold_role(db, user.id, kitchen)
            return None

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as db:
            act(db, miguels_account, kitchen)
            holding = pool.submit(hold)
            eventually(partial(has_to_wait, database), 20)
        assert holding.result(20) == role


def test_a_member_is_removed_when_what_they_do_is_done(
    database: Database, miguels_account: UserRow, susans_account: UserRow
) -> None:
    kitchen = new_list(database, miguels_account)
    join(database, miguels_account, kitchen, susans_account)

    def remove() -> None:
        with database.transaction() as db:
            delete_member(db, miguels_account, kitchen, "susan", own=False)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as db:
            hold_list(db, susans_account, kitchen)
            removal = pool.submit(remove)
            eventually(partial(has_to_wait, database), 20)
            insert_task(db, kitchen, {"title": "Cook"})
        removal.result(20)
    with database.transaction() as db, pytest.raises(ListMissingError):
        hold_list(db, susans_account, kitchen)


def test_a_serialization_failure_is_a_lost_transaction(database: Database) -> None:
    with pytest.raises(TransactionLostError), database.transaction() as db:
        db.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("client_encoding", "UTF8"),
        ("statement_timeout", "6s"),
        ("lock_timeout", "4s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("transaction_isolation", "read committed"),
        ("transaction_read_only", "off"),
    ],
)
def test_a_transaction_runs_with(database: Database, setting: str, value: str) -> None:
    with database.transaction() as db:
        assert db.scalar(text(f"SHOW {setting}")) == value


def test_the_url_says_more_than_the_defaults(database_url: str) -> None:
    database = Database(f"{database_url}?application_name=mine")
    with database.snapshot() as db:
        assert db.scalar(text("SHOW application_name")) == "mine"
        assert db.scalar(text("SHOW lock_timeout")) == "4s"
    database.close()


def test_a_row_that_another_holds_too_long_is_an_outage(database: Database, miguel: int) -> None:
    def wait_for_the_row() -> None:
        with database.transaction() as db:
            db.execute(text("SET LOCAL lock_timeout = '20ms'"))
            update_user(db, miguel, {"email": None})

    with database.transaction() as holder:
        update_user(holder, miguel, {"email": None})
        with pytest.raises(DatabaseUnavailableError, match="lock timeout"):
            wait_for_the_row()


def test_all_connections_in_use_are_an_outage(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("todo_api.storage.engine.postgresql.pool.PATIENCE_OF_COMMANDS", 0.05)
    database = Database(database_url, connections=1)
    with database.snapshot() as db:
        db.scalar(text("SELECT 1"))
        with pytest.raises(DatabaseUnavailableError, match="all connections are in use"):
            database.check()
    database.check()
    database.close()


def test_a_long_statement_is_waited_for_while_the_server_lives(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "PROBE_SECONDS", 20)  # for a machine that is busy
    asked = Event()
    ask = pulse.Pulse._ask  # noqa: SLF001 - to see that it is asked

    def ask_and_note(self: pulse.Pulse) -> None:
        asked.set()
        ask(self)

    monkeypatch.setattr(pulse.Pulse, "_ask", ask_and_note)
    with database.snapshot() as db:
        db.execute(text("SELECT pg_sleep(2)"))
    assert asked.is_set()


def test_a_connection_that_the_server_closed_costs_no_error(database: Database) -> None:
    with database.snapshot() as first, database.snapshot() as second:
        for db in (first, second):
            db.execute(text("SELECT 1"))
    with database.transaction() as db:
        db.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    for _ in range(4):
        with database.snapshot(), database.snapshot():
            database.check()


def lose_the_server(database: Database, server: PostgreSQLServer) -> None:
    with database.transaction() as db:
        insert_user(db, username="susan", email=None, password_hash="cat")
        server.stop()


def test_a_restarted_server_is_found_again() -> None:
    with postgresql_server() as server:
        database = Database(server.url)
        migrate(database)
        with pytest.raises(DatabaseUnavailableError):
            lose_the_server(database, server)
        with pytest.raises(DatabaseUnavailableError):
            database.check()
        server.start()
        database.check()
        with database.transaction() as db:
            insert_user(db, username="susan", email=None, password_hash="cat")
        database.close()


def test_a_database_that_cannot_hold_every_character_is_refused(
    postgresql_databases: PostgreSQLDatabases,
) -> None:
    url = postgresql_databases.empty(encoding="SQL_ASCII")
    database = Database(url)
    with pytest.raises(DatabaseForeignError, match="has the encoding SQL_ASCII"):
        migrate(database)
    database.close()
    postgresql_databases.discard(url)
