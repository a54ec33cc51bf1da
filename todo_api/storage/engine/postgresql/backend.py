"""PostgreSQL: a server, by psycopg."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy
from psycopg import RawCursor
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from todo_api.storage.engine.connection import Connection, Cursor, lend_to_sqlalchemy
from todo_api.storage.engine.errors import (
    DatabaseInUseError,
    DatabaseUnavailableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
    WouldBlockError,
)
from todo_api.storage.engine.postgresql import copies
from todo_api.storage.engine.postgresql.greenlets import Hub, current_fiber
from todo_api.storage.engine.postgresql.pool import Pool
from todo_api.storage.engine.postgresql.pulse import Pulse
from todo_api.storage.engine.postgresql.queues import Queues
from todo_api.storage.engine.postgresql.session import Session, SessionLostError
from todo_api.storage.engine.postgresql.transaction import PipelinedConnection, Transaction
from todo_api.storage.engine.statistics import Statistics
from todo_api.storage.engine.unit import UNIT, Unit

T = TypeVar("T")

# For libpq (https://www.postgresql.org/docs/current/libpq-connect.html). Every wait ends below
# ten seconds, so that a request is answered before its client gives up.
CONNECTION = {
    "application_name": "todo-api",
    "client_encoding": "utf8",
    "connect_timeout": "4",
    "tcp_user_timeout": "8000",
    # A peer that vanished is found out while nobody waits for it.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "options": "-c statement_timeout=6s -c lock_timeout=4s"
    " -c idle_in_transaction_session_timeout=10s",
}

# SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
LOST_RACES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
READ_ONLY = "25006"  # a failover left this session with a standby

ATTEMPTS = 5
FIRST_PAUSE = 0.02

# An arbitrary number, known to this program alone.
MIGRATION_LOCK = 5_171_903_448_211_067
# Seconds that a migration waits for a table, and others behind it: less than their own patience.
MIGRATION_PATIENCE = 3
IN_THE_WAY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)

DIALECT = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class PostgreSQL:
    """A database on a server."""

    driver_error: type[Exception] = psycopg.Error
    file: Path | None = None

    def __init__(self, url: URL, connections: int) -> None:
        """Check the URL; no connection is made before it is used.

        What the URL says wins over `CONNECTION`. Raises `DatabaseUrlInvalidError`.
        """
        if "@" in f"{url.host}{url.database}":
            raise DatabaseUrlInvalidError(
                "The database URL has more than one @: write an @ in the password as %40,"
                " a : as %3A and a / as %2F."
            )
        self.name = f"The PostgreSQL database {url.database or ''} on {_place_of(url)}"
        nothing, options = DIALECT.create_connect_args(url)  # type: ignore[no-untyped-call]
        if nothing:
            raise DatabaseUrlInvalidError(
                "The database URL names no database: write postgresql://user:password@host:5432/name."
            )
        self._own_options = {**_choice_of(options), **options}
        try:
            make_conninfo(**self._own_options)
        except psycopg.ProgrammingError as error:
            raise DatabaseUrlInvalidError(
                f"The database URL cannot be used: {str(error).strip()}."
            ) from None
        self._options = {**CONNECTION, **self._own_options}
        self._pulse = Pulse(lambda: self._connect().close())
        self._pool = Pool(self._open_session, connections)
        self._hub: Hub | None = None
        self._queues = Queues()

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a read-only transaction, whose first statement fixes the state that it sees."""
        return self._transaction(writes=False)

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction whose statements each see what is committed by then."""
        return self._transaction(writes=True)

    def looking(self) -> AbstractContextManager[Connection | None]:
        """Open a read-only transaction."""
        return self._transaction(writes=False)

    def prepare(self, *, create: bool) -> None:
        """Do nothing: a server keeps its databases, and its administrator creates them."""

    def back_up(self, target: Path, tell: Callable[[int, int], None]) -> None:
        """Have `pg_dump` write one snapshot; it does not tell how far it is."""
        copies.dump(self._own_options, target)
        tell(1, 1)

    def restore(self, source: Path, tell: Callable[[int, int], None]) -> None:
        """Have `pg_restore` fill the database in one transaction."""
        copies.restore(self._own_options, source)
        tell(1, 1)

    @contextmanager
    def migrating(
        self, tell: Callable[[str], None]
    ) -> Iterator[tuple[sqlalchemy.Connection, Connection]]:
        """Open a transaction without the time limits of requests, one among all processes."""
        with self._connect() as connection:
            # Before the transaction: SQLAlchemy's first look at a connection ends with a rollback.
            lent = lend_to_sqlalchemy("postgresql+psycopg://", connection)
            driver = _Migration(connection)
            driver.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            driver.execute("SET LOCAL statement_timeout = 0")
            driver.execute("SET LOCAL lock_timeout = 0")  # for the end of another migration
            got = driver.execute("SELECT pg_try_advisory_xact_lock($1)", (MIGRATION_LOCK,))
            if not (got.fetchone() or [False])[0]:
                tell(f"{self.name} is being migrated by another process: waiting for its end.")
                driver.execute("SELECT pg_advisory_xact_lock($1)", (MIGRATION_LOCK,))
            driver.execute(f"SET LOCAL lock_timeout = '{MIGRATION_PATIENCE}s'")
            try:
                yield lent, Connection(driver, DIALECT, psycopg.IntegrityError)
            except Exception as error:
                cause = getattr(error, "orig", error)  # SQLAlchemy's, or ours
                if isinstance(cause, IN_THE_WAY):
                    raise DatabaseInUseError(f"{self.name} is in use.") from error
                if connection.broken:
                    raise SessionLostError(str(cause)) from error
                raise
            driver.execute("COMMIT")

    async def read_inline(self, call: Callable[[], T]) -> T:
        """Run a call on the event loop; while it waits for the server, others go on."""
        return await self._run(partial(self._attempt, call, writes=False))

    async def write_inline(self, call: Callable[[], T]) -> T:
        """Run a call on the event loop, in a transaction that is committed after it."""
        return await self._run(partial(self._attempt, call, writes=True))

    def diagnose(self, error: Exception) -> type[DatabaseUnavailableError] | None:
        """Tell an outage by psycopg's class, which follows the SQLSTATE's."""
        sqlstate = getattr(error, "sqlstate", None)
        if sqlstate in LOST_RACES or isinstance(error, SessionLostError):
            return TransactionLostError
        gone = isinstance(error, psycopg.OperationalError)
        return DatabaseUnavailableError if gone or sqlstate == READ_ONLY else None

    def hint(self, error: Exception) -> None:
        """Return nothing: the server says it best."""

    def forget_deleted(self) -> None:
        """Do nothing: deleted rows are the server's to vacuum, and its log is its own."""

    def statistics(self) -> Statistics:
        """Tell of the sessions."""
        return self._pool.statistics()

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await self._hub_here().run(call)
        except psycopg.errors.QueryCanceled as error:
            raise WouldBlockError from error

    def _hub_here(self) -> Hub:
        """Return the hub of the running event loop.

        Raises `WouldBlockError` on a loop that does not watch sockets, as on Windows, and on any
        but the first one that still runs.
        """
        loop = asyncio.get_running_loop()
        hub = self._hub
        if hub is None or hub.loop is not loop:
            watches = type(loop).add_reader is not asyncio.AbstractEventLoop.add_reader
            if not watches or (hub is not None and not hub.loop.is_closed()):
                raise WouldBlockError
            hub = self._hub = Hub(loop)
            self._queues = Queues()
            self._pool.belong_to(hub)
        return hub

    def _attempt(self, call: Callable[[], T], *, writes: bool) -> T:
        """Run a call in a transaction, again while that is lost."""
        fiber = current_fiber()
        for attempt in range(ATTEMPTS - 1):
            try:
                return self._run_in_unit(call, writes=writes)
            except psycopg.Error as error:
                if fiber is None or self.diagnose(error) is not TransactionLostError:
                    raise
            # Random, or the rivals would meet again.
            fiber.hub.sleep(fiber, random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - no secret
        return self._run_in_unit(call, writes=writes)

    def _run_in_unit(self, call: Callable[[], T], *, writes: bool) -> T:
        transaction = Transaction(self._pool, self._queues, writes=writes)
        # In a context of its own, which is forgotten after the call.
        db = _connection(transaction)
        db.is_inline = True
        UNIT.set(Unit(db, writes))
        try:
            outcome = call()
            transaction.commit()
        except BaseException:
            transaction.roll_back()
            raise
        return outcome

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        transaction = Transaction(self._pool, self._queues, writes=writes)
        try:
            yield _connection(transaction)
            transaction.commit()
        except BaseException:
            transaction.roll_back()
            raise

    def _open_session(self) -> Session:
        return Session(self._connect(), self._pulse)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(**self._options, autocommit=True)


class _Migration:
    """A connection of psycopg's, which Alembic works with as well."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._cursor = RawCursor(connection)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """Execute a statement."""
        return self._cursor.execute(sql, values)

    def executemany(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for each of many rows of values."""
        self._cursor.executemany(sql, values)


def _connection(transaction: Transaction) -> Connection:
    return PipelinedConnection(transaction, DIALECT, psycopg.IntegrityError)


def _choice_of(options: Mapping[str, Any]) -> Mapping[str, str]:
    """Return how to choose among several servers: one of them takes writes."""
    several = "," in options.get("host", "")
    return {"target_session_attrs": "read-write"} if several else {}


def _place_of(url: URL) -> str:
    """Return the server's address, or the addresses of several, as a person would say it."""
    if url.host:
        return f"{url.host}:{url.port or 5432}"
    hosts = url.query.get("host", "the local socket")
    return hosts if isinstance(hosts, str) else " and ".join(hosts)
