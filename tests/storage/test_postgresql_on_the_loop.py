"""PostgreSQL on the event loop: plain functions wait there, and share sessions with threads."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import NoneType

import psycopg
import pytest
from sqlalchemy import make_url, text
from starlette.testclient import TestClient

from tests.support.clients import registered, settings_for
from tests.support.databases import PostgreSQLDatabases, postgresql_server
from todo_api.application import create_app
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    TransactionLostError,
    UsernameTakenError,
    UserRow,
    WouldBlockError,
    insert_task,
    migrate,
)
from todo_api.storage.engine import ConstraintViolatedError, Statement
from todo_api.storage.engine.postgresql import queues
from todo_api.storage.engine.unit import UNIT
from todo_api.storage.users import insert_user, update_user

SLEEP = Statement(text("SELECT pg_sleep(:seconds)"))
LOSE = text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

# The server's own second would on a busy machine be longer than a statement has on the loop.
LOOK_FOR_DEADLOCKS_SOON = """\
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET deadlock_timeout TO 100', current_database());
END $$"""


@pytest.fixture
def database_url(postgresql_databases: PostgreSQLDatabases) -> Iterator[str]:
    """Give a fresh, migrated database on PostgreSQL alone."""
    url = postgresql_databases.fresh()
    yield url
    postgresql_databases.discard(url)


@pytest.fixture
def narrow(database_url: str) -> Iterator[Database]:
    """Open the database with a single session."""
    database = Database(database_url, connections=1)
    yield database
    database.close()


def scalar(database: Database, sql: str) -> Callable[[], object]:
    """Make a call that reads a value."""

    def read() -> object:
        with database.snapshot() as db:
            return db.scalar(text(sql))

    return read


def sleep(database: Database, seconds: float) -> Callable[[], None]:
    """Make a call that takes so long in the server."""

    def read() -> None:
        with database.snapshot() as db:
            db.one(SLEEP, {"seconds": seconds})

    return read


def rename(database: Database, user_id: int, email: str) -> Callable[[], None]:
    """Make a call that changes a user."""

    def write() -> None:
        with database.transaction() as db:
            update_user(db, user_id, {"email": email})

    return write


def elsewhere(database_url: str) -> psycopg.Connection[tuple[object, ...]]:
    """Connect as another program would."""
    url = make_url(database_url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def add(database: Database, user: UserRow) -> Callable[[], None]:
    """Make a call that adds a task to a user's list."""

    def write() -> None:
        with database.transaction() as db:
            insert_task(db, user.list_id, {"title": "Buy milk"})

    return write


@contextmanager
def held(database_url: str, list_id: int) -> Iterator[None]:
    """Keep all from changing a list, as another program would, for the length of the block."""
    with elsewhere(database_url) as other, other.transaction():
        other.execute("SELECT FROM lists WHERE id = %s FOR UPDATE", (list_id,))
        yield


class TestCalls:
    """Functions that are run on the event loop."""

    def test_run_on_the_event_loop_while_others_go_on(self, database: Database) -> None:
        threads = []

        def read() -> object:
            sleep(database, 0.2)()
            threads.append(threading.current_thread())
            return scalar(database, "SELECT 42")()

        async def ten() -> list[object]:
            return await asyncio.gather(*(database.read_inline(read) for _ in range(10)))

        begun = time.monotonic()
        assert asyncio.run(ten()) == [42] * 10
        assert time.monotonic() - begun < 2  # one after another, they take as much
        assert set(threads) == {threading.main_thread()}

    def test_see_one_state_in_all_their_blocks(
        self, database: Database, database_url: str, miguel: int
    ) -> None:
        def read_twice() -> list[object]:
            first = scalar(database, "SELECT max(email) FROM users")()
            with elsewhere(database_url) as other:
                other.execute("UPDATE users SET email = 'miguel@example.com'")
            return [first, scalar(database, "SELECT max(email) FROM users")()]

        assert miguel
        assert asyncio.run(database.read_inline(read_twice)) == [None, None]

    def test_cannot_write_in_a_snapshot(self, database: Database) -> None:
        with pytest.raises(DatabaseUnavailableError, match="in a read-only transaction"):
            asyncio.run(database.read_inline(scalar(database, "CREATE TABLE t ()")))

    def test_have_what_they_wrote_committed_when_they_are_answered(
        self, database: Database, database_url: str, miguel: int
    ) -> None:
        asyncio.run(database.write_inline(rename(database, miguel, "m@example.com")))
        with elsewhere(database_url) as other:
            assert other.execute("SELECT email FROM users").fetchall() == [("m@example.com",)]

    def test_that_raise_leave_nothing_behind(self, database: Database, miguel: int) -> None:
        def write() -> None:
            rename(database, miguel, "m@example.com")()
            raise LookupError

        async def run() -> object:
            with pytest.raises(LookupError):
                await database.write_inline(write)
            return await database.read_inline(scalar(database, "SELECT max(email) FROM users"))

        assert asyncio.run(run()) is None

    def test_meet_violated_constraints_as_elsewhere(self, database: Database, miguel: int) -> None:
        def insert() -> None:
            with database.transaction() as db:
                insert_user(db, username="miguel", email=None, password_hash="cat")

        async def run() -> object:
            with pytest.raises(UsernameTakenError):
                await database.write_inline(insert)
            return await database.read_inline(scalar(database, "SELECT count(*) FROM users"))

        assert miguel
        assert asyncio.run(run()) == 1

    def test_that_take_long_belong_into_a_thread(self, database: Database) -> None:
        async def run() -> object:
            with pytest.raises(WouldBlockError):
                await database.read_inline(sleep(database, 30))
            return await database.read_inline(scalar(database, "SELECT 1"))

        begun = time.monotonic()
        assert asyncio.run(run()) == 1
        assert 0.9 < time.monotonic() - begun < 20

    def test_send_and_receive_what_fills_the_socket(self, database: Database) -> None:
        large = "milk " * 4_000_000
        statement = Statement(text("SELECT CAST(:large AS text)"))

        def read() -> object:
            with database.snapshot() as db:
                return db.scalar(statement, {"large": large})

        assert asyncio.run(database.read_inline(read)) == large
        assert read() == large


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -(2**62), "", "Grüße 🥛", "a\\b'c\"d", b"\0\\x\xff"]
)
def test_a_value_comes_back_as_it_went(database: Database, value: object) -> None:
    kind = {bool: "boolean", int: "bigint", bytes: "bytea"}.get(type(value), "text")
    statement = Statement(text(f"SELECT CAST(:value AS {kind})"))
    with database.snapshot() as db:
        assert (
            db.scalar(statement, {"value": value}) is value
            or db.scalar(statement, {"value": value}) == value
        )


def test_what_postgresql_cannot_store_is_refused_before_it_is_sent(database: Database) -> None:
    with pytest.raises(psycopg.DataError, match="NUL"), database.transaction() as db:
        insert_user(db, username="mi\0guel", email=None, password_hash="cat")
    database.check()


class TestLater:
    """Statements whose result nobody waits for."""

    def test_are_executed_with_the_commit(self, database: Database, miguel: int) -> None:
        clear = Statement(text("UPDATE users SET email = 'later' WHERE id = :id"))
        with database.transaction() as db:
            db.execute_later(clear, {"id": miguel})
        assert scalar(database, "SELECT email FROM users")() == "later"

    @pytest.mark.parametrize("sql", [None, "SELECT 1"])
    def test_fail_the_transaction(self, database: Database, miguel: int, sql: str | None) -> None:
        fail = Statement(text("INSERT INTO users (username) VALUES (:name)"))

        def write() -> None:
            with database.transaction() as db:
                update_user(db, miguel, {"email": "lost"})
                db.execute_later(fail, {"name": "susan"})
                if sql is not None:
                    db.scalar(text(sql))

        for _ in range(3):
            with pytest.raises(ConstraintViolatedError):
                write()
            assert scalar(database, "SELECT max(email) FROM users")() is None

    def test_that_would_fail_are_taken_back_with_the_rest(
        self, narrow: Database, database_url: str
    ) -> None:
        fail = Statement(text("INSERT INTO users (username) VALUES (:name)"))

        def write() -> None:
            with narrow.transaction() as db:
                db.execute_later(fail, {"name": "susan"})
                raise LookupError

        with pytest.raises(LookupError):
            write()
        narrow.check()
        with narrow.transaction() as db:
            insert_user(db, username="susan", email=None, password_hash="cat")
        with elsewhere(database_url) as other:
            assert other.execute("SELECT username FROM users").fetchall() == [("susan",)]


class TestLostTransactions:
    """Those that lose against others."""

    def test_are_run_again(self, database: Database, miguel: int) -> None:
        runs = []

        def write() -> None:
            runs.append(0)
            rename(database, miguel, f"{len(runs)}@example.com")()
            if len(runs) < 4:
                with database.transaction() as db:
                    db.execute(LOSE)

        asyncio.run(database.write_inline(write))
        assert scalar(database, "SELECT email FROM users")() == "4@example.com"

    def test_are_given_up_at_last(self, database: Database) -> None:
        runs = []

        def write() -> None:
            runs.append(0)
            with database.transaction() as db:
                db.execute(LOSE)

        with pytest.raises(TransactionLostError):
            asyncio.run(database.write_inline(write))
        assert len(runs) == 5

    def test_of_a_deadlock_succeed_at_the_second_attempt(
        self, database_url: str, miguels_account: UserRow, susans_account: UserRow
    ) -> None:
        miguel, susan = miguels_account.id, susans_account.id
        with elsewhere(database_url) as other:
            other.execute(LOOK_FOR_DEADLOCKS_SOON)
        database = Database(database_url)
        runs = []

        def update_both(order: list[int]) -> Callable[[], None]:
            def write() -> None:
                rename(database, order[0], "first")()
                runs.append(order)
                while len(runs) < 2:  # until each has locked what the other one needs
                    with database.transaction() as db:
                        db.one(SLEEP, {"seconds": 0.01})
                rename(database, order[1], "second")()

            return write

        async def run() -> None:
            writes = (update_both([miguel, susan]), update_both([susan, miguel]))
            await asyncio.gather(*map(database.write_inline, writes))

        asyncio.run(run())
        database.close()
        # The server ends one of the two, or both if they look for the deadlock at the same moment.
        assert len(runs) in {3, 4}


class TestSessions:
    """Those of the pool."""

    def test_are_never_more_than_there_may_be(self, database_url: str) -> None:
        database = Database(database_url, connections=8)
        count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"

        def read() -> object:
            sleep(database, 0.05)()
            return scalar(database, count)()

        async def run() -> list[object]:
            return await asyncio.gather(*(database.read_inline(read) for _ in range(64)))

        assert max(map(int, map(str, asyncio.run(run())))) <= 8
        database.close()

    def test_are_shared_by_the_loop_and_threads(self, narrow: Database) -> None:
        pid = scalar(narrow, "SELECT pg_backend_pid()")

        async def run() -> set[object]:
            found = {await narrow.read_inline(pid)}
            for _ in range(3):
                found.add(await asyncio.to_thread(pid))
                found.add(await narrow.read_inline(pid))
            return found

        assert len(asyncio.run(run())) == 1
        assert len({pid(), *asyncio.run(run())}) == 1

    def test_are_waited_for_on_both_sides(self, narrow: Database) -> None:
        async def run() -> None:
            short = sleep(narrow, 0.01)
            calls = [narrow.read_inline(short), asyncio.to_thread(short)]
            for _ in range(20):
                calls += [narrow.read_inline(short), asyncio.to_thread(short)]
            await asyncio.gather(*calls)

        asyncio.run(run())

    def test_have_the_patience_of_whoever_uses_them(self, narrow: Database) -> None:
        patience = scalar(narrow, "SHOW statement_timeout")

        async def run() -> list[object]:
            return [
                await narrow.read_inline(patience),
                await asyncio.to_thread(patience),
                await narrow.read_inline(patience),
            ]

        assert [patience(), *asyncio.run(run()), patience()] == [
            "6s",
            "1500ms",
            "6s",
            "1500ms",
            "6s",
        ]

    def test_that_are_idle_are_in_no_transaction(
        self, database: Database, database_url: str, miguel: int
    ) -> None:
        state = "SELECT DISTINCT state FROM pg_stat_activity WHERE datname = %s AND pid <> %s"

        async def run() -> list[tuple[object, ...]]:
            await database.read_inline(scalar(database, "SELECT 1"))
            await database.write_inline(rename(database, miguel, "m@example.com"))
            await database.read_inline(scalar(database, "SELECT 1"))
            await asyncio.sleep(0.1)
            with elsewhere(database_url) as other:
                values = (_name(database_url), other.info.backend_pid)
                return other.execute(state, values).fetchall()

        assert asyncio.run(run()) == [("idle",)]

    def test_of_a_cancelled_call_are_not_used_again(self, narrow: Database) -> None:
        async def run() -> list[object]:
            pid = scalar(narrow, "SELECT pg_backend_pid()")
            found = [await narrow.read_inline(pid)]
            for call in (narrow.read_inline, narrow.write_inline):
                task = asyncio.create_task(call(wait))
                await asyncio.sleep(0.1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                found.append(await narrow.read_inline(pid))
            return found

        def wait() -> None:
            unit = UNIT.get()
            assert unit is not None
            unit.db.one(SLEEP, {"seconds": 1})

        assert len(set(asyncio.run(run()))) == 3

    def test_go_to_the_next_when_somebody_in_the_queue_is_cancelled(self, narrow: Database) -> None:
        async def run() -> None:
            first = asyncio.create_task(narrow.read_inline(sleep(narrow, 0.3)))
            await asyncio.sleep(0.05)
            second = asyncio.create_task(narrow.read_inline(sleep(narrow, 0)))
            third = asyncio.create_task(narrow.read_inline(sleep(narrow, 0)))
            await asyncio.sleep(0.05)
            second.cancel()
            await asyncio.gather(first, third)
            assert second.cancelled()

        asyncio.run(run())

    def test_are_few_where_the_server_allows_few(self, database_url: str) -> None:
        with elsewhere(database_url) as other:
            name = f"few_{_name(database_url)}"
            other.execute(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 2")
            other.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
            try:
                url = make_url(database_url).set(username=name)
                database = Database(url.render_as_string(hide_password=False), connections=8)
                short = sleep(database, 0.05)

                async def run() -> None:
                    await database.read_inline(short)
                    await asyncio.gather(*(database.read_inline(short) for _ in range(16)))

                asyncio.run(run())
                with ThreadPoolExecutor(8) as pool:
                    list(pool.map(lambda _: short(), range(16)))
                database.close()
            finally:
                other.execute(f"DROP OWNED BY {name}")
                other.execute(f"DROP ROLE {name}")


class TestQueues:
    """Calls that change the same list."""

    def test_wait_for_one_another_without_a_session(
        self, database_url: str, miguels_account: UserRow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queues, "PATIENCE", 5)
        database = Database(database_url, connections=2)

        async def run() -> None:
            with held(database_url, miguels_account.list_id):
                writes = [
                    asyncio.create_task(database.write_inline(add(database, miguels_account)))
                    for _ in range(5)
                ]
                await asyncio.sleep(0.1)
                assert await database.read_inline(scalar(database, "SELECT 1")) == 1
                assert database.statistics().connections == 2
            await asyncio.gather(*writes)

        asyncio.run(run())
        assert scalar(database, "SELECT count(*) FROM tasks")() == 5
        database.close()

    def test_wait_on_the_server_when_their_turn_does_not_come(
        self, database: Database, database_url: str, miguels_account: UserRow
    ) -> None:
        waiting = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'"""

        async def run() -> None:
            with held(database_url, miguels_account.list_id), elsewhere(database_url) as other:
                writes = [
                    asyncio.create_task(database.write_inline(add(database, miguels_account)))
                    for _ in range(3)
                ]
                until = time.monotonic() + 1.2
                while other.execute(waiting).fetchall() != [(3,)]:
                    assert time.monotonic() < until
                    await asyncio.sleep(0.05)
            await asyncio.gather(*writes)

        asyncio.run(run())
        assert scalar(database, "SELECT count(*) FROM tasks")() == 3

    @pytest.mark.parametrize("turn", [0, 1, 2])
    def test_go_on_when_one_before_them_is_cancelled(
        self, database: Database, database_url: str, miguels_account: UserRow, turn: int
    ) -> None:
        async def run() -> None:
            with held(database_url, miguels_account.list_id):
                writes = [
                    asyncio.create_task(database.write_inline(add(database, miguels_account)))
                    for _ in range(4)
                ]
                await asyncio.sleep(0.05)
                writes[turn].cancel()
            del writes[turn]
            await asyncio.gather(*writes)

        asyncio.run(run())
        assert scalar(database, "SELECT count(*) FROM tasks")() == 3

    def test_go_on_when_one_before_them_fails(
        self, database: Database, miguels_account: UserRow
    ) -> None:
        def fail() -> None:
            add(database, miguels_account)()
            raise LookupError

        async def run() -> None:
            calls = [fail, add(database, miguels_account)] * 20
            outcomes = await asyncio.gather(
                *map(database.write_inline, calls), return_exceptions=True
            )
            assert [type(outcome) for outcome in outcomes] == [LookupError, NoneType] * 20

        begun = time.monotonic()
        asyncio.run(run())
        assert time.monotonic() - begun < 2
        assert scalar(database, "SELECT count(*) FROM tasks")() == 20


class TestPreparedStatements:
    """What a session remembers."""

    def test_are_prepared_once(self, narrow: Database) -> None:
        def read() -> object:
            for _ in range(3):
                scalar(narrow, "SELECT 1")()
            return scalar(narrow, "SELECT count(*) FROM pg_prepared_statements")()

        _, first, second = (asyncio.run(narrow.read_inline(read)) for _ in range(3))
        assert first == second

    def test_do_not_become_more_and_more(
        self, narrow: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("todo_api.storage.engine.postgresql.session.MOST_PREPARED", 10)
        for number in range(40):
            assert scalar(narrow, f"SELECT {number}")() == number
        known = scalar(narrow, "SELECT count(*) FROM pg_prepared_statements")()
        assert 5 < int(str(known)) <= 11

    def test_leave_room_for_the_end_of_a_transaction_that_failed(
        self, narrow: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("todo_api.storage.engine.postgresql.session.MOST_PREPARED", 10)
        for number in range(12):
            assert scalar(narrow, f"SELECT {number}")() == number
        with pytest.raises(psycopg.errors.UndefinedTable), narrow.transaction() as db:
            db.scalar(Statement(text("SELECT count(*) FROM nowhere")))
        assert scalar(narrow, "SELECT 1")() == 1

    def test_that_failed_can_be_prepared_later(self, narrow: Database) -> None:
        read = scalar(narrow, "SELECT count(*) FROM later")
        for _ in range(2):
            with pytest.raises(psycopg.errors.UndefinedTable):
                read()
        with narrow.transaction() as db:
            db.execute(text("CREATE TABLE later ()"))
        assert read() == 0

    @pytest.mark.parametrize(
        "change", ["ALTER TABLE users ADD COLUMN birthday TEXT", "DEALLOCATE ALL"]
    )
    def test_that_no_longer_fit_are_prepared_again(self, narrow: Database, change: str) -> None:
        statement = Statement(text("SELECT * FROM users"))

        def read() -> None:
            with narrow.snapshot() as db:
                db.all(statement)

        def change_it() -> None:
            place = narrow.snapshot() if change == "DEALLOCATE ALL" else narrow.transaction()
            with place as db:
                db.execute(text(change))

        async def run() -> None:
            await narrow.read_inline(read)
            await asyncio.to_thread(change_it)
            await narrow.read_inline(read)

        asyncio.run(run())


class TestOutages:
    """Servers that are gone, silent or no longer the first."""

    def test_a_server_that_takes_no_writes_is_an_outage_for_writers(
        self, database: Database, database_url: str, miguel: int
    ) -> None:
        """As after a failover, when the address leads to the new primary in the end."""
        write, read = rename(database, miguel, "m@example.com"), scalar(database, "SELECT 1")
        command = f'ALTER DATABASE "{_name(database_url)}" SET default_transaction_read_only ='

        async def run() -> None:
            with elsewhere(database_url) as other:
                other.execute(f"{command} on")
            fresh = Database(database_url)
            for _ in range(3):
                with pytest.raises(DatabaseUnavailableError, match="read-only"):
                    await fresh.write_inline(rename(fresh, miguel, "m@example.com"))
                assert await fresh.read_inline(scalar(fresh, "SELECT 1")) == 1
            with elsewhere(database_url) as other:
                other.execute("SET default_transaction_read_only = off")
                other.execute(f"{command} off")
            with pytest.raises(DatabaseUnavailableError, match="read-only"):
                await fresh.write_inline(rename(fresh, miguel, "m@example.com"))
            await fresh.write_inline(rename(fresh, miguel, "m@example.com"))
            fresh.close()

        asyncio.run(run())
        assert read() == 1
        write()

    def test_sessions_that_the_server_ended_cost_no_error(
        self, database: Database, database_url: str, miguel: int
    ) -> None:
        async def run() -> None:
            short = sleep(database, 0.05)
            for _ in range(3):
                await asyncio.gather(*(database.read_inline(short) for _ in range(4)))
                with elsewhere(database_url) as other:
                    _end_all_but(other)
                await database.write_inline(rename(database, miguel, "m@example.com"))
                await asyncio.gather(*(database.read_inline(short) for _ in range(4)))

        asyncio.run(run())

    def test_sessions_that_the_server_ended_cost_threads_no_error(
        self, database: Database, database_url: str
    ) -> None:
        short = sleep(database, 0.05)
        with ThreadPoolExecutor(4) as pool:
            for _ in range(3):
                list(pool.map(lambda _: short(), range(4)))
                with elsewhere(database_url) as other:
                    _end_all_but(other)
                time.sleep(0.2)  # for the end to arrive
                list(pool.map(lambda _: short(), range(4)))

    def test_a_session_that_ends_while_it_is_used_is_replaced(
        self, database: Database, database_url: str, miguel: int
    ) -> None:
        runs = []

        def write() -> None:
            runs.append(0)
            rename(database, miguel, f"{len(runs)}@example.com")()
            with database.transaction() as db:
                db.one(SLEEP, {"seconds": 0.3 if len(runs) == 1 else 0})

        async def run() -> None:
            task = asyncio.create_task(database.write_inline(write))
            await asyncio.sleep(0.15)
            with elsewhere(database_url) as other:
                _end_all_but(other)
            await task

        asyncio.run(run())
        assert scalar(database, "SELECT email FROM users")() == "2@example.com"

    def test_a_restarted_server_is_found_again(self) -> None:
        with postgresql_server() as server:
            database = Database(server.url)
            migrate(database)
            read = scalar(database, "SELECT 1")

            async def run() -> None:
                await database.read_inline(read)
                server.stop()
                for _ in range(3):
                    with pytest.raises(DatabaseUnavailableError):
                        await database.read_inline(read)
                await asyncio.to_thread(server.start)
                assert await database.read_inline(read) == 1

            asyncio.run(run())
            database.close()

    def test_a_silent_server_is_given_up_and_found_again(self) -> None:
        with postgresql_server() as server:
            database = Database(f"{server.url}?connect_timeout=2", connections=4)
            migrate(database)

            async def run() -> None:
                reads = [database.read_inline(sleep(database, 0.05)) for _ in range(3)]
                await asyncio.gather(*reads)
                with server.paused():
                    for _ in range(2):
                        await _all_fail(
                            *(database.read_inline(sleep(database, 0)) for _ in range(12)),
                            *(asyncio.to_thread(database.check) for _ in range(2)),
                        )
                await database.read_inline(sleep(database, 0))
                await asyncio.to_thread(database.check)

            asyncio.run(run())
            database.close()

    def test_a_silent_server_is_answered_with_503_in_time(self) -> None:
        with postgresql_server() as server:
            database = Database(server.url)
            migrate(database)
            app = create_app(settings_for(server.url))
            with TestClient(app):
                miguel = registered(app, database, "miguel")
                assert miguel.get("/tasks").status_code == 200
                with server.paused():
                    for method, path in [
                        ("GET", "/tasks"),
                        ("POST", "/tasks"),
                        ("GET", "/users/me"),
                    ]:
                        begun = time.monotonic()
                        body = {"title": "Buy milk"} if method == "POST" else None
                        response = miguel.request(method, path, json=body)
                        assert response.status_code == 503, path
                        assert int(response.headers["Retry-After"]) > 0
                        assert time.monotonic() - begun < 10
                assert miguel.get("/tasks").status_code == 200
            database.close()


async def _all_fail(*calls: object) -> None:
    begun = time.monotonic()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)  # type: ignore[call-overload]
    assert {type(outcome) for outcome in outcomes} == {DatabaseUnavailableError}
    assert time.monotonic() - begun < 10


def _end_all_but(mine: psycopg.Connection[tuple[object, ...]]) -> None:
    mine.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def _name(url: str) -> str:
    return make_url(url).database or ""
