"""PostgreSQL: a server, by psycopg."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from threading import BoundedSemaphore
from typing import Any, TypeVar, cast

import psycopg
import sqlalchemy
from psycopg import RawCursor
from psycopg.abc import PQGen
from psycopg.waiting import Ready
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from todo_api.storage.engine import greenlets
from todo_api.storage.engine.connection import Connection, Cursor, lend_to_sqlalchemy
from todo_api.storage.engine.errors import (
    DatabaseUnavailableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
    WouldBlockError,
)
from todo_api.storage.engine.unit import UNIT, Unit

T = TypeVar("T")

# For libpq (https://www.postgresql.org/docs/current/libpq-connect.html). Every wait ends below
# ten seconds, so that a request is answered before its client gives up.
CONNECTION = {
    "application_name": "todo-api",
    "client_encoding": "utf8",
    "connect_timeout": "4",
    "tcp_user_timeout": "8000",
    "options": "-c statement_timeout=6s -c lock_timeout=4s"
    " -c idle_in_transaction_session_timeout=10s",
}
POOL_PATIENCE = 4.0
# A server that is frozen, or a network that swallows everything, ends no statement: we do.
ANSWER_PATIENCE = 8.0

# SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
LOST_RACES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
READ_ONLY = "25006"  # a failover left this connection with a standby

# An arbitrary number, known to this program alone.
MIGRATION_LOCK = 5_171_903_448_211_067


MOST_PREPARED = 1000

BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"

# A transaction that lost a race is run again on the event loop, as `Database.retrying` does.
ATTEMPTS = 5
FIRST_PAUSE = 0.02

DIALECT = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class PostgreSQL:
    """A database on a server."""

    driver_error: type[Exception] = psycopg.Error

    def __init__(self, url: URL, connections: int) -> None:
        """Check the URL; no connection is made before it is used.

        What the URL says wins over `CONNECTION`. Raises `DatabaseUrlInvalidError`.
        """
        if "@" in (url.host or ""):
            raise DatabaseUrlInvalidError(
                "The database URL has more than one @: write an @ in the password as %40,"
                " a : as %3A and a / as %2F."
            )
        self.name = f"The PostgreSQL database {url.database or ''} on {_place_of(url)}"
        [], options = DIALECT.create_connect_args(url)  # type: ignore[no-untyped-call]
        self._options = {**CONNECTION, **options}
        self._connections = connections
        self._places = BoundedSemaphore(connections)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inline_places = asyncio.Semaphore(connections)
        self._idle: deque[_Driver] = deque()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read-only transaction, whose first statement fixes the state that it sees."""
        with self._lent(BEGIN_READING) as driver:
            yield Connection(driver, DIALECT, psycopg.IntegrityError)
            driver.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction whose statements each see what is committed by then."""
        with self._lent(BEGIN_WRITING) as driver:
            yield Connection(driver, DIALECT, psycopg.IntegrityError)
            driver.execute("COMMIT")

    @contextmanager
    def migrating(self) -> Iterator[tuple[sqlalchemy.Connection, Connection]]:
        """Open a transaction without the time limits of requests, one among all processes."""
        driver = self._connect()
        try:
            # Before the transaction: SQLAlchemy's first look at a connection ends with a rollback.
            connection = lend_to_sqlalchemy("postgresql+psycopg://", driver.connection)
            driver.execute(BEGIN_WRITING)
            driver.connection.patience = None
            driver.execute("SET LOCAL statement_timeout = 0")
            driver.execute("SET LOCAL lock_timeout = 0")
            driver.execute("SELECT pg_advisory_xact_lock($1)", (MIGRATION_LOCK,))
            yield connection, Connection(driver, DIALECT, psycopg.IntegrityError)
            driver.execute("COMMIT")
        finally:
            driver.connection.close()  # which undoes what was not committed

    async def read_inline(self, call: Callable[[], T]) -> T:
        """Run a call in a snapshot; while it waits for the server, the event loop goes on."""
        return await self._run_inline(BEGIN_READING, call, writes=False)

    async def write_inline(self, call: Callable[[], T]) -> T:
        """Run a call in a transaction, again if it loses a race against another one."""
        for attempt in range(ATTEMPTS - 1):
            try:
                return await self._run_inline(BEGIN_WRITING, call, writes=True)
            except psycopg.Error as error:
                if self.diagnose(error) is not TransactionLostError:
                    raise
                # Random, or the rivals would meet again.
                await asyncio.sleep(random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - no secret
        return await self._run_inline(BEGIN_WRITING, call, writes=True)

    async def _run_inline(self, begin: str, call: Callable[[], T], *, writes: bool) -> T:
        places = self._places_of_loop()
        try:
            await asyncio.wait_for(places.acquire(), POOL_PATIENCE)
        except TimeoutError:
            raise self._no_place() from None
        try:
            return await greenlets.run(partial(self._run_in, begin, call, writes=writes))
        finally:
            places.release()

    def _run_in(self, begin: str, call: Callable[[], T], *, writes: bool) -> T:
        """Run a call in a transaction around it."""
        with self._begun(begin) as driver:
            UNIT.set(Unit(Connection(driver, DIALECT, psycopg.IntegrityError), writes=writes))
            value = call()
            driver.execute("COMMIT")
        return value

    def _places_of_loop(self) -> asyncio.Semaphore:
        """Return what bounds the connections that the running event loop uses at once."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None and not self._loop.is_closed():
                raise WouldBlockError
            self._loop, self._inline_places = loop, asyncio.Semaphore(self._connections)
        return self._inline_places

    def diagnose(self, error: Exception) -> type[DatabaseUnavailableError] | None:
        """Tell an outage by psycopg's class, which follows the SQLSTATE's."""
        sqlstate = getattr(error, "sqlstate", None)
        if sqlstate in LOST_RACES:
            return TransactionLostError
        gone = isinstance(error, psycopg.OperationalError)
        return DatabaseUnavailableError if gone or sqlstate == READ_ONLY else None

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().connection.close()

    @contextmanager
    def _lent(self, begin: str) -> Iterator["_Driver"]:
        """Lend a connection, the one most recently used, with a transaction begun in it."""
        if not self._places.acquire(timeout=POOL_PATIENCE):
            raise self._no_place()
        try:
            with self._begun(begin) as driver:
                yield driver
        finally:
            self._places.release()

    @contextmanager
    def _begun(self, begin: str) -> Iterator["_Driver"]:
        """Begin in the connection most recently used; afterwards, keep it for the next one."""
        driver = self._begin(begin)
        try:
            yield driver
        except psycopg.Error as error:
            if getattr(error, "sqlstate", None) == READ_ONLY:
                driver.connection.close()  # the server is a standby now: another one may be found
            else:
                driver.roll_back()
            raise
        except BaseException:
            driver.roll_back()
            raise
        finally:
            if not driver.connection.closed:
                self._idle.append(driver)

    def _begin(self, begin: str) -> "_Driver":
        """Begin in the first connection where that works: idle ones may have been cut off."""
        while self._idle:
            driver = self._idle.pop()
            with suppress(psycopg.OperationalError):
                driver.execute(begin)
                return driver
            driver.connection.close()
        if greenlets.is_on_event_loop():
            loop = asyncio.get_running_loop()
            driver = greenlets.wait_for(loop.run_in_executor(None, self._connect))
        else:
            driver = self._connect()
        driver.execute(begin)
        return driver

    def _connect(self) -> "_Driver":
        connection = _Socket.connect(**self._options, autocommit=True)
        connection.prepared_max = MOST_PREPARED
        return _Driver(connection)

    def _no_place(self) -> DatabaseUnavailableError:
        return DatabaseUnavailableError(f"{self.name} is unavailable: all connections are in use.")


class _Socket(psycopg.Connection[Any]):
    """A connection of psycopg's that waits as its caller does: in a thread, or on an event loop."""

    patience: float | None = ANSWER_PATIENCE
    """How many seconds the server may take for a statement; None for any number."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Return what a generator returns that yields whenever it has to wait for the server.

        Raises `psycopg.OperationalError` if the server does not answer in time.
        """
        timeout = timeout or self.patience
        try:
            if greenlets.is_on_event_loop():
                return self._wait_on_event_loop(gen, timeout or ANSWER_PATIENCE)
            return super().wait(gen, interval, timeout)
        except asyncio.CancelledError:
            self.pgconn.finish()  # What the server will still send belongs to nobody.
            raise
        except (TimeoutError, psycopg.errors._WaitTimeout):  # noqa: SLF001 - it has no public name
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from None

    def _wait_on_event_loop(self, gen: PQGen[T], timeout: float) -> T:
        fileno = self.pgconn.socket
        until = time.monotonic() + timeout
        try:
            events = next(gen)
            while True:
                left = until - time.monotonic()
                happened = greenlets.wait_for(greenlets.readiness(fileno, events, left))
                if not happened:
                    raise TimeoutError
                events = gen.send(cast("Ready", happened))
        except StopIteration as result:
            return cast("T", result.value)


class _Driver:
    """A connection of psycopg's, which prepares each statement that it executes."""

    def __init__(self, connection: _Socket) -> None:
        self.connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """Execute a statement."""
        return RawCursor(self.connection).execute(sql, values, prepare=True)

    def executemany(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for each of many rows of values."""
        RawCursor(self.connection).executemany(sql, values)

    def roll_back(self) -> None:
        """End a transaction that failed; a connection that cannot is closed."""
        try:
            if not self.connection.closed:
                self.connection.execute("ROLLBACK")
        except psycopg.Error:
            self.connection.close()


def _place_of(url: URL) -> str:
    """Return the server's address, or the addresses of several, as a person would say it."""
    if url.host:
        return f"{url.host}:{url.port or 5432}"
    hosts = url.query.get("host", "the local socket")
    return hosts if isinstance(hosts, str) else " and ".join(hosts)
